{% load i18n %}// Shows that there is something new, and opens the notices. It keeps nothing and asks for nothing.
self.addEventListener("push", (event) => {
  const words = event.data ? event.data.text().trim() : "";
  event.waitUntil(self.registration.showNotification(words || "{% filter escapejs %}{% blocktranslate %}Something new on {{ site_name }}{% endblocktranslate %}{% endfilter %}", { tag: "new" }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("{% filter escapejs %}{% url 'forum:notices' %}{% endfilter %}"));
});
