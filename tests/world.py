"""A small site with everybody and every state in it, and a word of its own in every text.

``build_world`` sends, decides, hides and removes through the project's own actions. The few rows
that no action can make are marked: they must show nothing.

What the people and texts are stands in tests/facts.py, and what follows from it in tests/truth.py.
"""

import random
import string
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.utils import timezone

from accounts.ids import new_public_id
from accounts.models import (
    AgeGroup,
    Block,
    CutOff,
    HiddenHcp,
    HiddenWorkplace,
    Recusal,
    Role,
    User,
    Workplace,
)
from forum.actions.drafts import save_draft
from forum.actions.edit import edit_post
from forum.actions.pictures import add_picture
from forum.models import (
    Audience,
    Draft,
    LabelStatus,
    Post,
    Profile,
    Ruleset,
    ShownTo,
    Status,
    Thread,
)
from forum.screening import SHIPPED, hash_of
from moderation.actions.appeals import appeal
from moderation.actions.breakglass import approve, ask
from moderation.actions.case_evidence import answer_account, ask_account
from moderation.actions.cases import add_note, open_case
from moderation.actions.labels import answer, propose_note
from moderation.actions.profile_words import take_words_down
from moderation.actions.proposals import decide_or_propose
from moderation.actions.reporting import file_report
from moderation.actions.sanctions import sanction
from moderation.models import Category, DecisionKind, Risk, Sanction, SanctionKind
from moderation.profile_words import digest_of
from tests import truth
from tests.applicants import check, make_applicant, sent_application
from tests.factories import (
    any_clause,
    decided,
    fresh,
    in_state,
    make_board,
    make_hcp,
    make_member,
    make_poll_words,
    make_staff,
    make_staff_without_mfa,
    make_tag,
    published,
    quote_against_the_rules,
    submit_reply,
    submit_thread,
)
from tests.facts import (
    COMMUNITY,
    HOSTS,
    PEERS,
    PERSONAS,
    STATUS,
    By,
    Facts,
    Item,
    Persona,
    State,
    World,
)
from tests.guides.articles import draft, published_guide, sent
from tests.pictures import as_file, drawn, hang_on


def new_word() -> str:
    """A word of twelve letters that no page has by chance."""
    return "zq" + "".join(random.choices(string.ascii_lowercase, k=10))


def build_world() -> World:
    """Build it. The texts (rules and code) must be published."""
    world = World()
    builder = _Builder(world)
    builder.people()
    builder.hosts()
    builder.texts()
    builder.quotes()
    builder.drafts()
    builder.states()
    builder.staff_work()
    builder.exceptions()
    builder.two_people()
    builder.applicants()
    builder.labels()
    builder.profiles()
    builder.pictures()
    builder.guides()
    builder.relations()
    builder.rules()
    for item in world.items:
        item.post = fresh(item.post)
    return world


class _Builder:
    """Builds step by step: all is published first, then states and relations come over it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.states_to_come: list[Item] = []
        self.authors_of: dict[By, list[User]] = {By.KNOWN: [], By.HCP: []}

    def rules(self) -> None:
        """A version of the rules of screening, and a draft."""
        now = timezone.now()
        values = {"tables": SHIPPED, "content_hash": hash_of(SHIPPED), "saved_at": now}
        Ruleset.objects.create(**values, number=1, published_at=now)
        Ruleset.objects.create(**values)

    # People --------------------------------------------------------------------------------

    def people(self) -> None:
        people = self.world.people
        self.hidden_clinic = Workplace.objects.create(name="Clinic one")
        self.clinic_of_hcps = Workplace.objects.create(name="Clinic two")
        now = timezone.now()
        for persona in PERSONAS.values():
            people[persona.name] = self._account(persona)
        profile = self.world.person("hcp_expired").hcp_profile
        profile.expires_at = now - timedelta(days=1)
        profile.save()
        profile = self.world.person("hcp_unverified").hcp_profile
        profile.verified_at = profile.verified_by_second = None
        profile.save()
        self.world.person("hcp_of_hidden_clinic").hcp_profile.workplaces.set([self.hidden_clinic])

    def _account(self, persona: Persona) -> User | None:
        if persona.role == "guest":
            return None
        if persona.role == "member":
            assert persona.age is not None
            return make_member(persona.name, age=persona.age, choice=persona.choice)
        if persona.role == "hcp":
            return make_hcp(persona.name)
        if persona.name == "moderator_without_mfa":
            return make_staff_without_mfa(persona.name, Role.MODERATOR)
        return make_staff(persona.name, Role(persona.role))

    def _new_author(self, by: By, word: str) -> User:
        email = f"{new_word()}@people.example"
        self.world.private_words[email] = set()
        if by == By.HCP:
            user = make_hcp(word, workplaces=[self.clinic_of_hcps])
        else:
            user = make_member(word, age=19, email=email)
        if by != By.PLAIN:
            self.authors_of[by].append(user)
        self.world.authors[word] = user
        return user

    # Texts ---------------------------------------------------------------------------------

    def hosts(self) -> None:
        """Boards, and published threads in which replies will stand."""
        make_tag("common")
        make_tag("rare")
        self.world.boards = {
            "everyone": make_board("everyone"),
            "adults": make_board("adults", groups=[AgeGroup.ADULT]),
        }
        self.host = self.add("host", By.PLAIN)
        self.host_adults = self.add("host adults", By.PLAIN, board="adults")
        self.host_peers = self.add("host peers", By.PLAIN, audience=PEERS)
        self.host_known = self.add("host known", By.KNOWN)
        self.host_hcp = self.add("host hcp", By.HCP)
        self.host_held = self.add("host held", By.PLAIN, state=State.HELD_AGAIN)
        self.host_narrow = self.add("host made peers-only past the rules", By.PLAIN)
        self.host_of = {
            name: self.add(f"host of {name}", By.PERSONA, author=name) for name in HOSTS
        }

    def texts(self) -> None:
        """Openings and replies: by, state, audience, board."""
        for by, state, audience, board in self._kinds():
            words = f"{by} {state} {audience} {board}"
            self.add(f"opening {words}", by, state=state, audience=audience, board=board)
            host = self.host if board == "everyone" else self.host_adults
            self.add(f"reply {words}", by, state=state, audience=audience, host=host)
        for state in State:
            self.add(f"own opening {state}", By.PERSONA, author="peer_open", state=state)
            for name in ("peer_open", "hcp_nurse", "moderator"):
                self.add(
                    f"reply of {name} {state}", By.PERSONA, author=name, state=state, host=self.host
                )
        self.add("reply in peers thread", By.PLAIN, audience=PEERS, host=self.host_peers)
        self.add("reply in known's thread", By.PLAIN, host=self.host_known)
        self.add("held reply in known's thread", By.PLAIN, state=State.HELD, host=self.host_known)
        self.add("reply in HCP's thread", By.PLAIN, host=self.host_hcp)
        self.add("reply in held thread", By.PLAIN, host=self.host_held)
        self.add("own reply in held thread", By.PERSONA, author="peer_open", host=self.host_held)
        self.add("reply in narrow thread", By.PLAIN, host=self.host_narrow)
        self.add("held reply in narrow thread", By.PLAIN, state=State.HELD, host=self.host_narrow)
        self.add(
            "reply of hcp_nurse in narrow thread",
            By.PERSONA,
            author="hcp_nurse",
            host=self.host_narrow,
        )
        for name, host in self.host_of.items():
            self.add(f"known's reply to {name}", By.KNOWN, host=host)
            self.add(f"plain reply to {name}", By.PLAIN, host=host)
            self.add(f"peers-only reply to {name}", By.PLAIN, audience=PEERS, host=host)

    def _kinds(self) -> Iterator[tuple[By, State, Audience, str]]:
        for state in State:
            for audience in (PEERS, COMMUNITY):
                yield By.PLAIN, state, audience, "everyone"
        yield By.PLAIN, State.PUBLISHED, COMMUNITY, "adults"
        yield By.PLAIN, State.PUBLISHED, PEERS, "adults"
        yield By.PLAIN, State.HELD, COMMUNITY, "adults"
        for state in (State.PUBLISHED, State.HELD, State.REMOVED):
            yield By.KNOWN, state, COMMUNITY, "everyone"
        yield By.KNOWN, State.PUBLISHED, PEERS, "everyone"
        yield By.HCP, State.PUBLISHED, COMMUNITY, "everyone"
        yield By.HCP, State.HELD_AGAIN, COMMUNITY, "everyone"

    def add(
        self,
        name: str,
        by: By,
        *,
        state: State = State.PUBLISHED,
        audience: Audience = COMMUNITY,
        board: str = "everyone",
        author: str = "",
        host: Item | None = None,
    ) -> Item:
        """Send a text, and publish it unless it shall never have been."""
        words = {"text": new_word(), "excerpt": new_word()}
        if host is None:
            words |= {"title": new_word(), "content_note": new_word()}
        else:
            words["note"] = new_word()
        if by != By.PERSONA:
            words["author"] = new_word()
        user = self.world.person(author) if author else self._new_author(by, words["author"])
        text = f"Today {words['text']} was fine.\n\nAnd {words['excerpt']} too."
        if host is None:
            post = submit_thread(
                user,
                self.world.boards[board],
                title=f"About {words['title']}",
                text=text,
                audience=audience,
                content_note=f"Some {words['content_note']}",
                poll=self._poll(user, words),
                tags=["common", "rare"] if by == By.KNOWN else ["common"],
            )
        else:
            post = submit_reply(
                user,
                host.post.thread,
                text=text,
                audience=audience,
                content_note=f"Some {words['note']}",
            )
        assert post.audience == audience, name
        if state not in (State.HELD, State.CHANGES):
            post = published(post)
        facts = Facts(by, state, audience, author)
        item = Item(
            name=name,
            facts=facts,
            thread=host.thread if host else facts,
            adults_only=host.adults_only if host else board == "adults",
            post=post,
            words=words,
        )
        self.world.items.append(item)
        return item

    def _poll(self, user: User, words: dict[str, str]) -> dict[str, object]:
        """A poll with words of its own; professionals ask none."""
        if user.role == Role.HCP:
            return {}
        words |= {"poll": new_word(), "poll_option": new_word()}
        return make_poll_words(f"Do you {words['poll']}?", f"Yes {words['poll_option']}", "No")

    def quotes(self) -> None:
        """Somebody quotes each text that was published, within its thread."""
        quoter = make_member("quoter", age=22)
        for item in self.world.items:
            if item.post.status != Status.PUBLISHED:
                continue
            post = submit_reply(
                quoter,
                Thread.objects.get(pk=item.post.thread_id),
                text="I know that feeling.",
                quote=item.post,
                excerpt=f"And {item.words['excerpt']} too.",
            )
            self.world.quoting.append(published(post))
        # Past the rules: a quote in a post for everybody, of texts that are for fewer.
        carrier = published(
            submit_reply(quoter, self.host.post.thread, text="I carry what I should not.")
        )
        for name in (
            "reply plain published peers everyone",
            "reply plain held community everyone",
            "reply known published community everyone",
            "opening plain published community adults",
            "reply in held thread",
        ):
            item = self.world.item(name)
            quote_against_the_rules(carrier, item.post, f"And {item.words['excerpt']} too.")
        self.world.quoting.append(carrier)

    def drafts(self) -> None:
        """Replies that were not sent yet, to texts that will not stay."""
        for name, target in (
            ("peer_open", "reply plain hidden community everyone"),
            ("peer_open", "host held"),
            ("hcp_nurse", "reply plain removed community everyone"),
            ("hcp_nurse", "host made peers-only past the rules"),
            ("blocked_member", "reply known published community everyone"),
        ):
            item = self.world.item(target)
            key = new_public_id()
            save_draft(
                author=self.world.person(name),
                key=key,
                thread=Thread.objects.get(pk=item.post.thread_id),
                text="Not sent yet.",
                audience=COMMUNITY,
                quoted_post=item.post,
                quoted_excerpt=f"And {item.words['excerpt']} too.",
            )
            self.world.drafts.append((key, name, item))

    # What becomes of them ------------------------------------------------------------------

    def states(self) -> None:
        """Bring each text to its state; replies first, as their threads may go."""
        for item in sorted(self.world.items, key=lambda item: item.is_opening):
            self._to_state(item)
        lead = self.world.item("reply plain held community everyone")
        lead.facts.passed_to_lead = True
        decided(lead.post, DecisionKind.SAFEGUARD)
        # No action leaves these: a thread that is peers-only, with replies for the community.
        narrow = self.host_narrow
        narrow.facts.audience = PEERS
        Thread.objects.filter(pk=narrow.post.thread_id).update(audience=PEERS)
        Post.objects.filter(pk=narrow.post.pk).update(audience=PEERS)

    def _to_state(self, item: Item) -> None:
        state, now_is = item.facts.state, fresh(item.post).status
        if state == State.CHANGES and now_is == Status.HELD:
            item.words["decision"], item.words["private_note"] = new_word(), new_word()
            decided(
                item.post,
                DecisionKind.ASK_CHANGE,
                message=f"Please change {item.words['decision']}.",
                note=f"We saw {item.words['private_note']}.",
                at=timezone.now() - timedelta(minutes=2),  # its author may read the reasons
            )
        elif now_is != STATUS[state]:
            in_state(item.post, STATUS[state])

    def staff_work(self) -> None:
        """Reports, a case, and a text that its author changed."""
        reporter = self.world.person("peer_on_request")
        for name in ("reply plain published community everyone", "host held"):
            item = self.world.item(name)
            item.facts.reported = True
            word = new_word()
            self.world.private_words[word] = {"peer_on_request", "admin_one"}
            report = file_report(
                category=Category.BULLYING,
                submission_key=new_public_id(),
                reporter=reporter,
                post=item.post,
                words=f"They said {word}.",
            )
            self.world.report_numbers.append(report.number)
        case = open_case(report=report, admin=self.world.person("admin_one"))
        self.world.case_ids.append(case.public_id)
        self._case_about_the_nurse()
        changed = self.world.item("reply of peer_open published")
        before = changed.words["text"]
        changed.words["text"] = new_word()
        edit_post(
            post=changed.post,
            author=self.world.person("peer_open"),
            version=fresh(changed.post).version,
            text=fresh(changed.post).text.replace(before, changed.words["text"]),
        )
        assert fresh(changed.post).status == Status.PUBLISHED
        self.world.private_words[before] = {"peer_open"}

    def _case_about_the_nurse(self) -> None:
        """A case about a professional. They meet the question to them, and nothing else of it."""
        admin, nurse = self.world.person("admin_one"), self.world.person("hcp_nurse")
        word = {name: new_word() for name in ("report", "note", "question", "answer")}
        self.world.private_words |= {
            word["report"]: {"admin_one"},
            word["note"]: {"admin_one"},
            word["question"]: {"hcp_nurse", "admin_one"},
            word["answer"]: {"hcp_nurse", "admin_one"},
        }
        report = file_report(
            category=Category.HCP_BOUNDARY,
            submission_key=new_public_id(),
            post=self.world.item("host of hcp_nurse").post,
            words=f"They asked for {word['report']}.",
        )
        case = open_case(report=report, admin=admin)
        add_note(case=case, admin=admin, text=f"Look into {word['note']}.")
        asked = ask_account(
            case=case, admin=admin, person=nurse, question=f"What about {word['question']}?"
        )
        answer_account(request=asked, person=nurse, answer=f"It was {word['answer']}.")
        self.world.report_numbers.append(report.number)
        self.world.case_ids.append(case.public_id)

    def exceptions(self) -> None:
        """Break-glass for the nurse: one waits, one is open, one is over.

        What is open shows a passage without the word of the post, so the word stays forbidden.
        """
        admin, other = self.world.person("admin_one"), User.objects.get(pseudonym="checker-one")
        now = timezone.now()
        for item, asked_at, readers in (
            ("opening plain published peers everyone", now, {"admin_one"}),
            ("reply plain published peers everyone", now, {"admin_one", "hcp_nurse"}),
            ("reply plain held peers everyone", now - timedelta(hours=5), {"admin_one"}),
        ):
            reason, question = new_word(), new_word()
            self.world.private_words[reason] = {"admin_one"}
            self.world.private_words[question] = readers
            post = fresh(self.world.item(item).post)
            exception = ask(
                post=post,
                hcp=self.world.person("hcp_nurse"),
                admin=admin,
                risk=Risk.LIFE,
                reason=f"There is no other way: {reason}.",
                passage=post.text.split()[0],
                question=f"What would you do? {question}",
                at=asked_at,
            )
            if item != "opening plain published peers everyone":
                approve(exception=exception, admin=other, at=asked_at)

    def two_people(self) -> None:
        """A silenced member who appeals, a suspension that waits, what a learner proposed."""
        admin = User.objects.get(pseudonym="checker-one")
        desk = {"admin_one"}
        for kind, days, readers in (
            (SanctionKind.SILENCE, 7, desk | {"moderator"}),
            (SanctionKind.SUSPENSION, 30, desk),
        ):
            word = new_word()
            self.world.private_words[word] = readers
            made = sanction(
                user=make_member(new_word(), age=20),
                moderator=admin,
                kind=kind,
                days=days,
                clause=any_clause(),
                message=f"We saw {word}.",
                key=new_public_id(),
            )
            if isinstance(made, Sanction):
                word = new_word()
                self.world.private_words[word] = readers
                appeal(user=made.user, sanction=made, words=f"I never said {word}.")
        word = new_word()
        self.world.private_words[word] = {
            "admin_one",
            "moderator",
            "hcp_nurse",
            "hcp_hidden_from",
            "hcp_of_hidden_clinic",
            "hcp_recused",
        }
        held = fresh(self.world.item("opening plain held community everyone").post)
        decide_or_propose(
            post=held,
            moderator=make_hcp("learning", in_shadow=True),
            kind=DecisionKind.PUBLISH,
            version=held.version,
            private_note=f"All fine: {word}.",
        )

    def applicants(self) -> None:
        """Somebody applies as a health professional, and one admin has checked them."""
        number, place, interests, note = (new_word() for _ in range(4))
        for word in (number, place, interests, note):
            self.world.private_words[word] = {"admin_one"}
        application = sent_application(
            make_applicant("applicant"),
            register_number=number,
            new_place=f"The {place} clinic",
            interests=f"Paid by {interests}.",
        )
        check(application, User.objects.get(pseudonym="checker-one"), note=f"Saw {note}.")

    def labels(self) -> None:
        """Notes under posts: one that stands, one that waits, one that its author did not want."""
        nurse = self.authors_of[By.HCP][0]
        for state, name in enumerate(
            ("host", "reply of peer_open published", "own opening published")
        ):
            item, word = self.world.item(name), new_word()
            post = fresh(item.post)
            label = propose_note(
                post=post,
                writer=nurse,
                version=post.version,
                note=f"We wrote {word} in the leaflet.",
                source="A leaflet",
            )
            self.world.private_words[word] = {"peer_open"}
            if state == 0:
                answer(label=label, person=post.author, agrees=True)
                by_nurse = Facts(By.HCP, State.PUBLISHED, COMMUNITY)
                readers = [who for who in PERSONAS.values() if truth.sees(who, item)]
                self.world.private_words[word] = {
                    who.name for who in readers if truth.meets(who, by_nurse)
                }
                self.world.words_of_labels.add(word)
            elif state == 1:
                assert label.status == LabelStatus.ASKED
            else:
                answer(label=label, person=post.author, agrees=False)

    def profiles(self) -> None:
        """Words about oneself: for peers, for everybody, for nobody."""
        nobody, kind = new_word(), (By.KNOWN, State.PUBLISHED, COMMUNITY)
        known, other = [
            item.post.author
            for item in self.world.items
            if (item.facts.by, item.facts.state, item.facts.audience) == kind
        ][:2]
        self._profile(self.world.person("peer_open"), ShownTo.PEERS)
        self._profile(known, ShownTo.EVERYBODY)
        Profile.objects.create(
            user=other,
            about=nobody,
            changed_at=timezone.now(),
        )
        self.world.private_words[nobody] = set()
        self._words_taken_down(self.authors_of[By.KNOWN][-1])

    def _words_taken_down(self, user: User) -> None:
        """Reported and taken down: its author and the admin of the case alone still read it."""
        admin, word = self.world.person("admin_one"), new_word()
        words = f"I like {word}."
        Profile.objects.create(
            user=user, about=words, about_for=ShownTo.EVERYBODY, changed_at=timezone.now()
        )
        report = file_report(
            category=Category.BULLYING,
            submission_key=new_public_id(),
            reporter=self.world.person("peer_on_request"),
            about=user,
            profile=[words],
        )
        case = open_case(report=report, admin=admin)
        take_words_down(
            case=case,
            admin=admin,
            clause=any_clause(),
            message="Please say something kind.",
            seen=digest_of(words),
            key=new_public_id(),
        )
        self.world.private_words[word] = {"admin_one", user.pseudonym}
        self.world.report_numbers.append(report.number)
        self.world.case_ids.append(case.public_id)

    def _profile(self, user: User, shown_to: ShownTo) -> None:
        word = new_word()
        Profile.objects.create(
            user=user, about=f"I like {word}.", about_for=shown_to, changed_at=timezone.now()
        )
        texts = [item for item in self.world.items if item.post.author_id == user.pk]
        self.world.private_words[word] = {"admin_one", user.pseudonym} | {
            who.name
            for who in PERSONAS.values()
            if any(truth.sees(who, item) for item in texts)
            and (who.role != "hcp" or shown_to == ShownTo.EVERYBODY)
        }

    def guides(self) -> None:
        """A guide for everybody; one that is being written and one that waits for a check."""
        editors = {
            who.name
            for who in PERSONAS.values()
            if truth.reads_posts(who) and who.role in ("hcp", "admin")
        }
        writer = self.world.person("admin_one")
        published_guide(title="Socks for all")
        for make in (draft, sent):
            title, word = new_word(), new_word()
            version = make(writer, title=title, body=f"Not yet: {word}.")
            # Everybody asks for this address, and the way to sign in says it again.
            version.article.slug = new_word()
            version.article.save(update_fields=["slug"])
            self.world.guides_at_work.append((version.article.slug, version.number))
            self.world.private_words |= {title: editors, word: editors}

    def pictures(self) -> None:
        """A picture in one text of each kind, as if it had been looked at with it; one unsent."""
        content, now = as_file(drawn(8, 8), "WEBP"), timezone.now()
        for item in self.world.distinct_items():
            item.words["alt"] = new_word()
            alt = f"It shows {item.words['alt']}"
            picture = hang_on(item.post, alt=alt, content=content, at=now)
            self.world.pictures[picture.public_id] = item
        key, name, _ = self.world.drafts[0]
        word = new_word()
        self.world.private_words[word] = {name}
        draft = Draft.objects.get(key=key)
        add_picture(draft=draft, author=draft.author, raw=content, alt=f"It shows {word}")

    def relations(self) -> None:
        """Who does not want to meet whom, and who was suspended: from now on."""
        person = self.world.person
        known, hcps = self.authors_of[By.KNOWN], self.authors_of[By.HCP]
        _each(Block(blocker=author, blocked=person("blocked_member")) for author in known)
        _each(Block(blocker=person("blocking_member"), blocked=author) for author in known)
        _each(HiddenHcp(member=author, hcp=person("hcp_hidden_from")) for author in known)
        _each(HiddenWorkplace(member=author, workplace=self.hidden_clinic) for author in known)
        _each(Recusal(hcp=person("hcp_recused"), member=author) for author in known)
        _each(CutOff(member=author, hcp=person("hcp_reported")) for author in known)
        _each(CutOff(member=person("reported_hcps"), hcp=hcp) for hcp in hcps)
        _each(HiddenHcp(member=person("hides_from_hcps"), hcp=hcp) for hcp in hcps)
        HiddenWorkplace.objects.create(
            member=person("hides_from_clinic"), workplace=self.clinic_of_hcps
        )
        suspended = person("suspended_member")
        suspended.suspended_until = timezone.now() + timedelta(days=7)
        suspended.save()


def _each(rows: Iterable) -> None:
    for row in rows:
        row.save()
