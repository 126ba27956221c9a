// Words that are not on the server yet stay on this device: in its store, under the draft's key,
// with whose they are. Leaving and signing out forget them all.
const kept = (() => {
  "use strict";
  const PREFIX = "islet:draft:";
  const DAYS_30 = 30 * 24 * 3600 * 1000;
  let store = null;
  let open = true;
  try {
    store = window.localStorage;
  } catch {
    // Blocked by the browser: then there is the server alone.
  }
  const keys = () => (store ? Object.keys(store).filter((name) => name.startsWith(PREFIX)) : []);
  const drop = (key) => { if (store) store.removeItem(PREFIX + key); };
  const put = (entry) => {
    if (!store || !open) return;
    try {
      store.setItem(PREFIX + entry.key, JSON.stringify({ ...entry, at: Date.now() }));
    } catch {
      // The store is full.
    }
  };
  const all = () => keys().flatMap((name) => {
    try {
      const entry = JSON.parse(store.getItem(name));
      if (entry && entry.at > Date.now() - DAYS_30) return [entry];
    } catch {
      // Not ours, or broken.
    }
    store.removeItem(name);
    return [];
  });
  const forget = () => {
    open = false;
    for (const name of keys()) store.removeItem(name);
  };
  document.addEventListener("submit", (event) => {
    // A form gives its fields as properties, and one field is called "matches".
    if (event.target.getAttribute("action")?.endsWith("/account/logout/")) forget();
  });
  return { all, drop, put, forget };
})();

// Leave now: blank the page at once, then let the server end the session and send the browser away.
// Pressing Shift three times within two seconds, with no other key between, does the same.
(() => {
  "use strict";
  const form = document.getElementById("leave-now");
  if (!form) return;

  const blank = () => {
    kept.forget();
    document.title = "…";
    document.documentElement.hidden = true;
  };
  form.addEventListener("submit", blank);

  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") presses = [];
  });
  document.addEventListener("pointerdown", () => { presses = []; });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    const now = Date.now();
    presses = presses.filter((time) => now - time < 2000);
    presses.push(now);
    if (presses.length < 3) return;
    presses = [];
    form.requestSubmit ? form.requestSubmit() : (blank(), form.submit());
  });

  // A page that comes back from the browser's memory was left: ask the server what may be seen now.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      document.documentElement.hidden = true;
      location.reload();
    }
  });
})();

// A browser may put the site on the first screen when somebody asks it to. It does not offer it by
// itself: others may see the screen.
window.addEventListener("beforeinstallprompt", (event) => event.preventDefault());

// A copy of the help page for when there is no network; see templates/worker.js.
(() => {
  "use strict";
  const { worker } = document.currentScript.dataset;
  if (!worker || !("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => {
    navigator.serviceWorker.register(worker, { updateViaCache: "all" }).catch(() => {
      // The browser keeps nothing of any site. Then there is no copy.
    });
  });
})();

// "n new replies, show": asks now and then while the page is looked at, and moves nothing.
(() => {
  "use strict";
  const place = document.getElementById("news");
  if (!place || !window.fetch) return;
  let tag = "";
  let wait = 30000;

  const ask = async () => {
    if (document.visibilityState === "visible") {
      try {
        const headers = tag ? { "If-None-Match": tag } : {};
        const answer = await fetch(place.dataset.address, { headers, cache: "no-store" });
        if (answer.status === 404 || answer.redirected) return;
        if (answer.status === 200) {
          tag = answer.headers.get("ETag") || "";
          const found = await answer.json();
          place.replaceChildren();
          if (found.number) {
            const link = document.createElement("a");
            link.className = "button";
            link.href = found.address;
            link.textContent = found.words;
            place.append(link);
          }
        } else {
          wait = Math.min(wait * 1.5, 300000);
        }
      } catch {
        wait = Math.min(wait * 2, 300000);
      }
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, wait);
})();

// Saving while somebody writes: three seconds after typing stops, and when the network is back.
(() => {
  "use strict";
  // What this page says is on the server needs no copy here.
  for (const entry of kept.all()) {
    const stored = [...document.querySelectorAll("[data-stored]")];
    if (entry.submitted && stored.some((place) => place.dataset.stored === entry.key)) {
      kept.drop(entry.key);
    }
  }
  const status = document.querySelector("[data-autosave]");
  if (!status || !window.fetch) return;
  const form = status.closest("form");
  const words = status.dataset;
  const place = words.autosave;
  const { key, version } = form.elements;
  const NOT_KEPT = ["csrfmiddlewaretoken", "key", "version"];
  let timer = 0;
  let running = null;
  let changed = 0;

  const say = (state) => { status.textContent = words[state] || ""; };
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  const read = () => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !NOT_KEPT.includes(name)) {
        (fields[name] = fields[name] || []).push(value);
      }
    }
    return fields;
  };
  const entryNow = () => ({
    key: key.value, version: version.value, place, owner: words.owner, fields: read(),
  });
  const write = (entry) => {
    for (const field of form.elements) {
      if (!field.name || NOT_KEPT.includes(field.name) || field.type === "file") continue;
      const values = entry.fields[field.name] || [];
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = values.includes(field.value);
      } else if (field.type !== "submit" && values.length) {
        field.value = values[0];
      }
    }
    key.value = entry.key;
    version.value = entry.version;
  };

  // Sends words to be kept; gives what the server says, and "lost" or "kept" where it does not.
  const send = async (body) => {
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), 10000);
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(place, { method: "POST", body, headers, signal: stop.signal });
      if (answer.redirected) return { state: "lost" };
      if (![200, 409, 422].includes(answer.status)) return { state: "kept" };
      return await answer.json();
    } catch {
      return { state: "kept", offline: true };
    } finally {
      clearTimeout(limit);
    }
  };

  const save = async () => {
    clearTimeout(timer);
    if (running) return later(1000);
    const at = changed;
    const before = key.value;
    running = send(new FormData(form));
    const answer = await running;
    running = null;
    say(answer.state === "empty" ? "" : answer.state === "invalid" ? "kept" : answer.state);
    if (answer.key) {
      key.value = answer.key;
      version.value = answer.version;
      kept.drop(before);
    }
    if (at !== changed) {
      kept.put(entryNow());
      later(3000);
    } else if (answer.state === "sent" || answer.state === "empty") {
      kept.drop(before);
    } else if (answer.offline) {
      later(15000);
    }
  };

  const typed = (event) => {
    if (!event.target.name) return;
    changed += 1;
    kept.put(entryNow());
    later(3000);
  };
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  window.addEventListener("online", () => { if (changed) later(0); });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      // Else what is being saved could overtake what is being sent.
      event.preventDefault();
      running.then(() => setTimeout(() => form.requestSubmit(event.submitter)));
      return;
    }
    kept.put({ ...entryNow(), submitted: true });
  });

  // What was kept here before comes back, unless somebody else is signed in now.
  const comeBack = async () => {
    const others = kept.all().filter((entry) => entry.owner !== words.owner);
    for (const entry of others) kept.drop(entry.key);
    const [entry] = kept.all()
      .filter((found) => found.place === place)
      .sort((one, two) => (two.key === key.value) - (one.key === key.value) || two.at - one.at);
    if (!entry) return;
    const isThis = entry.key === key.value;
    const { title, text } = form.elements;
    if (!isThis && ((title && title.value) || text.value)) return;
    let state = "back";
    if (entry.submitted || (isThis && entry.version !== version.value)) {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.set("key", entry.key);
      body.set("version", entry.version);
      for (const [name, values] of Object.entries(entry.fields)) {
        for (const value of values) body.append(name, value);
      }
      const answer = await send(body);
      if (answer.state === "sent" || answer.state === "empty") return kept.drop(entry.key);
      if (answer.key) {
        kept.drop(entry.key);
        Object.assign(entry, { key: answer.key, version: answer.version });
        state = answer.state;
      }
      if (state === "beside" && isThis) return say(state);
      if (changed) return;
    }
    write(entry);
    say(state);
    if (state === "back") later(0);
    changed += 1;
  };
  comeBack();
})();

// "Quote this": for words of a post that somebody marks. The link "Quote" under the post stays.
(() => {
  "use strict";
  const posts = document.querySelector("[data-quote]");
  if (!posts) return;
  const button = document.createElement("a");
  button.className = "button button-small";
  button.textContent = posts.dataset.quote;

  const show = () => {
    const marked = window.getSelection();
    const words = marked.isCollapsed ? "" : marked.toString().trim();
    const place = (node) => {
      const element = node && (node.nodeType === 1 ? node : node.parentElement);
      return element && element.closest(".posts .post > .prose");
    };
    const body = words && place(marked.anchorNode);
    const link = body && body.parentElement.querySelector('a.act[href*="?quote="]');
    if (!link || place(marked.focusNode) !== body) {
      if (document.activeElement !== button) button.remove();
      return;
    }
    button.href = `${link.href}&passage=${encodeURIComponent(words.slice(0, 600))}`;
    if (button.previousElementSibling !== body) body.after(button);
  };
  let timer = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 150);
  });
})();

// Names: after an @ and two letters, a few names of people here. Typing the whole name does the same.
(() => {
  "use strict";
  const place = document.querySelector("[data-names]");
  const box = place && place.closest("form").elements.text;
  if (!box || !window.fetch) return;
  const list = document.createElement("ul");
  list.id = "names";
  list.className = "names";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", place.dataset.people);
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  box.after(said);
  box.setAttribute("aria-autocomplete", "list");
  let timer = 0;
  let asked = "";
  let active = -1;

  const begun = () => {
    const before = box.value.slice(0, box.selectionStart);
    const found = /(?:^|[\s(])@([A-Za-z0-9][A-Za-z0-9_-]{1,23})$/.exec(before);
    return found ? found[1] : "";
  };
  const close = () => {
    list.remove();
    active = -1;
    said.textContent = "";
    box.removeAttribute("aria-controls");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    active = (index + list.children.length) % list.children.length;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === active));
    box.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  const take = (name) => {
    const end = box.selectionStart;
    box.setRangeText(`${name} `, end - begun().length, end, "end");
    close();
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const show = (names) => {
    close();
    if (!names.length) return;
    list.replaceChildren(...names.map((name, index) => {
      const item = document.createElement("li");
      item.id = `name-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.textContent = name;
      return item;
    }));
    box.after(list);
    box.setAttribute("aria-controls", list.id);
    said.textContent = place.dataset.named;
  };
  const ask = async () => {
    const begin = begun();
    if (!begin || begin === asked) return;
    asked = begin;
    try {
      const answer = await fetch(`${place.dataset.names}?q=${encodeURIComponent(begin)}`);
      if (answer.ok && !answer.redirected && begin === begun()) show((await answer.json()).names);
    } catch {
      // Without the network nobody is named, and the text is as good.
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (!begun()) {
      asked = "";
      return close();
    }
    timer = setTimeout(ask, 250);
  });
  box.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    if (event.target.id) take(event.target.textContent);
  });
  box.addEventListener("keydown", (event) => {
    if (!list.isConnected || event.isComposing) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) take(list.children[active].textContent);
    else return;
    event.preventDefault();
  });
})();
