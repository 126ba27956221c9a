"""Every address of the site: who may use it, with which methods, and what to ask for in tests.

A new URL pattern must be entered here (tests/test_routes.py), and is then crawled by the tests that
look for leaks.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import Access
from accounts.applying.tasks import Task
from accounts.middleware import allows
from accounts.models import (
    Announcement,
    Consent,
    DataExport,
    Document,
    HcpApplication,
    HcpProfile,
    InvitationCode,
    Purpose,
)
from accounts.viewer import Viewer
from forum.models import Label, MailSettings, Picture, Ruleset, Tag
from forum.pictures.store import Size
from forum.ways import stop_address
from guides.models import Article, ArticleVersion
from moderation.models import (
    AccountRequest,
    Alert,
    Appeal,
    BreakGlass,
    Decision,
    Proposal,
    Sanction,
    Shift,
    StaffChange,
    TransparencySnapshot,
)
from moderation.transparency_page import FILES
from tests.facts import World

Addresses = Callable[[World], list[str]]


@dataclass(frozen=True, slots=True)
class Route:
    """One URL pattern. ``addresses``: all that a nosy person could ask for in a world.

    ``own_guard``: a view of allauth, which checks for itself and has no declaration.
    """

    name: str
    kind: Access
    methods: frozenset[str]
    addresses: Addresses
    own_guard: bool = False


READ = frozenset({"GET"})
SIZES = (*Size, "huge")
FORM = frozenset({"GET", "POST"})
ACT = frozenset({"POST"})


def plain(name: str) -> Addresses:
    """The address of a pattern without arguments."""
    return lambda world: [reverse(name)]


def shifts(name: str) -> Addresses:
    """One address for each shift of the rota, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = Shift.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in [*ids, "2" * 14]]

    return addresses


def alerts(name: str) -> Addresses:
    """One address for each alert, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = Alert.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in [*ids, "2" * 14]]

    return addresses


def announcements(name: str) -> Addresses:
    """One address for each announcement, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = Announcement.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in [*ids, "2" * 14]]

    return addresses


def helpline_sheets(world: World) -> list[str]:
    """The helplines of two countries, and of one that there is not."""
    return [reverse("helpline_sheet", args=[code]) for code in ("GB", "IE", "XX")]


def invitations(world: World) -> list[str]:
    """One address for each invitation code, and one of none."""
    ids = InvitationCode.objects.order_by("pk").values_list("public_id", flat=True)
    return [
        reverse("moderation:invitation_revoke", args=[public_id]) for public_id in [*ids, "2" * 14]
    ]


def staff_changes(world: World) -> list[str]:
    """Each question about the team, and one that there is not."""
    ids = StaffChange.objects.order_by("pk").values_list("public_id", flat=True)
    return [reverse("moderation:staff_change", args=[public_id]) for public_id in [*ids, "2" * 14]]


def queue_searches(world: World) -> list[str]:
    """The search of reviewers: empty, by words that are in many posts, and among decisions."""
    page = reverse("moderation:find")
    asked = ("where=waiting&q=the", "where=decided&q=the", "where=waiting&q=ab", "where=decided")
    return [page, *(f"{page}?{words}" for words in asked)]


def people_searches(world: World) -> list[str]:
    """People by the start of a name."""
    page = reverse("moderation:people")
    return [page, f"{page}?q=pe", f"{page}?q=h", f"{page}?q="]


def alert_pages(world: World) -> list[str]:
    """The newest alerts, and those before each one."""
    ids = Alert.objects.order_by("pk").values_list("public_id", flat=True)
    page = reverse("moderation:alerts")
    return [page, *(f"{page}?before={public_id}" for public_id in [*ids, "2" * 14])]


def stop_links(world: World) -> list[str]:
    """The link of each person that ends a kind of mails, and one that is not ours."""
    links = [stop_address(own, "reply") for own in MailSettings.objects.order_by("pk")[:20]]
    paths = [link.removeprefix(settings.SITE_URL) for link in links]
    return [*paths, reverse("forum:stop_mail", args=["2" * 14 + "-reply-x"])]


def feeds(world: World) -> list[str]:
    """The address of a feed that there is not; walks ask for the walker's own (``key_of``)."""
    return [reverse("forum:feed", args=["islet_" + "x" * 43])]


def api_boards(world: World) -> list[str]:
    """Threads of each board, of none, and with a cursor that nobody signed."""
    slugs = [*world.boards, "nowhere"]
    pages = [reverse("forum:api_threads", args=[slug]) for slug in slugs]
    return [*pages, f"{pages[0]}?cursor=made-up"]


def api_threads(world: World) -> list[str]:
    """The first windows of each thread, and one of none."""
    pages = threads("forum:api_thread")(world)
    return [*pages, *(f"{page}?page=2" for page in pages), reverse("forum:api_thread", args=["x"])]


def boards(name: str) -> Addresses:
    """One address for each board."""
    return lambda world: [reverse(name, args=[slug]) for slug in world.boards]


def board_pages(world: World) -> list[str]:
    """Each board, with its filters, and behind a thread that the person may know nothing of."""
    pages = boards("forum:board")(world)
    hidden = world.items[-1].post.thread.public_id
    filters = ("only=unanswered", "tag=common", "tag=nothing", f"tag=common&after={hidden}")
    return [*pages, *(f"{page}?{words}" for page in pages for words in filters)]


def tags(name: str) -> Addresses:
    """One address for each topic, and one of none."""

    def addresses(world: World) -> list[str]:
        slugs = Tag.objects.order_by("pk").values_list("slug", flat=True)
        return [reverse(name, args=[slug]) for slug in [*slugs, "nothing"]]

    return addresses


def threads(name: str) -> Addresses:
    """One address for each thread."""

    def addresses(world: World) -> list[str]:
        ids = dict.fromkeys(item.post.thread.public_id for item in world.items)
        return [reverse(name, args=[public_id]) for public_id in ids]

    return addresses


def posts(name: str) -> Addresses:
    """One address for each kind of post, and for some that quote."""

    def addresses(world: World) -> list[str]:
        items = [item.post for item in world.distinct_items()]
        return [reverse(name, args=[post.public_id]) for post in [*items, *world.quoting[-3:]]]

    return addresses


def own_posts(name: str) -> Addresses:
    """One address for each post of a persona, and for one of somebody else in each state.

    What is for authors alone.
    """

    def addresses(world: World) -> list[str]:
        others = {item.facts.state: item for item in world.items if not item.facts.author}
        own = [item for item in world.items if item.facts.author]
        return [reverse(name, args=[item.post.public_id]) for item in [*own, *others.values()]]

    return addresses


def replies(world: World) -> list[str]:
    """The form for a reply to each thread, and with each post quoted."""
    quoting = [
        reverse("forum:reply", args=[item.post.thread.public_id]) + f"?quote={item.post.public_id}"
        for item in world.distinct_items()
    ]
    return [*threads("forum:reply")(world), *quoting]


def news(world: World) -> list[str]:
    """What is new in each thread after each of its posts."""
    return [
        reverse("forum:news", args=[item.post.thread.public_id]) + f"?after={item.post.public_id}"
        for item in world.distinct_items()
    ]


def names_in_threads(world: World) -> list[str]:
    """Names of people in each thread, by beginnings of names that are there."""
    begins = dict.fromkeys(user.pseudonym[:2] for user in world.people.values() if user)
    begins |= dict.fromkeys(
        item.words["author"][:3] for item in world.items if "author" in item.words
    )
    return [
        f"{address}?q={begin}"
        for address, begin in zip(
            threads("forum:names_in_thread")(world), list(begins) * 20, strict=False
        )
    ]


def names_on_boards(world: World) -> list[str]:
    """Names of people on each board."""
    begins = dict.fromkeys(user.pseudonym[:2] for user in world.people.values() if user)
    return [
        f"{address}?q={begin}"
        for address in boards("forum:names_on_board")(world)
        for begin in begins
    ]


def clinic(world: World) -> list[str]:
    """The page of saved posts, and the same as a text."""
    page = reverse("forum:clinic")
    return [page, f"{page}?as=text"]


def searches(world: World) -> list[str]:
    """Searches that find every post there is. What is asked for is echoed: so no secret words."""
    asked = ["today", "about in:title", "fine -nothing", "is:unanswered", "has:answer"]
    asked += [
        "after:2000-01-01",
        "tody",
        "tag:common",
        "tag:comon",
        *(f"board:{slug} today" for slug in world.boards),
    ]
    orders = ("newest", "best")
    return [
        reverse("forum:search") + "?" + urlencode({"q": each, "sort": order})
        for each in asked
        for order in orders
    ]


def guides(name: str) -> Addresses:
    """One address for each guide, whatever its state, and one of none."""

    def addresses(world: World) -> list[str]:
        slugs = Article.objects.order_by("pk").values_list("slug", flat=True)
        return [reverse(name, args=[slug]) for slug in [*slugs, "nowhere"]]

    return addresses


def guide_versions(name: str) -> Addresses:
    """One address for each version of each guide, and one of none."""

    def addresses(world: World) -> list[str]:
        rows = ArticleVersion.objects.order_by("pk").values_list("article__slug", "number")
        return [reverse(name, args=pair) for pair in [*rows, ("nowhere", 1)]]

    return addresses


def guide_lists(world: World) -> list[str]:
    """The list of guides, one topic, none, and a search."""
    page = reverse("guides:articles")
    return [page, f"{page}?topic=ill", f"{page}?topic=nothing", f"{page}?q=sugar"]


def copies(world: World) -> list[str]:
    """One address for each copy of somebody's data, and one of none."""
    ids = DataExport.objects.order_by("pk").values_list("public_id", flat=True)
    return [reverse("moderation:fetch_copy", args=[each]) for each in [*ids, "2" * 14]]


def leaving(world: World) -> list[str]:
    """The last question before an account is closed, with each choice and with none."""
    page = reverse("moderation:close_confirm")
    return [page, f"{page}?posts=delete", f"{page}?posts=keep", f"{page}?posts=nonsense"]


def drafts(name: str) -> Addresses:
    """One address for each draft."""
    return lambda world: [reverse(name, args=[key]) for key, _, _ in world.drafts]


def pictures(name: str, *sizes: str) -> Addresses:
    """One address for each picture, of one size or another (of three), and one of none."""

    def addresses(world: World) -> list[str]:
        ids = Picture.objects.order_by("pk").values_list("public_id", flat=True)
        return [
            reverse(name, args=[public_id, *sizes[number % 3 : number % 3 + 1]])
            for number, public_id in enumerate(["2" * 14, *ids])
        ]

    return addresses


def draft_pictures(world: World) -> list[str]:
    """One address for each draft, with a picture that is in none of them and with one that is."""
    own = Picture.objects.filter(draft__isnull=False).values_list("public_id", flat=True)
    return [
        reverse("forum:draft_picture_out", args=[key, public_id])
        for key, _, _ in world.drafts
        for public_id in ["2" * 14, *own]
    ]


def case_pictures(world: World) -> list[str]:
    """One address for each case and picture, whether it belongs there or not."""
    ids = Picture.objects.order_by("pk").values_list("public_id", flat=True)
    return [
        reverse("moderation:case_picture", args=[case, public_id, Size.SMALL])
        for case in world.case_ids
        for public_id in ["2" * 14, *list(ids)[::9]]
    ]


def devices(world: World) -> list[str]:
    """The address of a device that nobody has."""
    return [reverse("forum:device_remove", args=["2" * 14])]


def reports(name: str) -> Addresses:
    """One address for each report."""
    return lambda world: [reverse(name, args=[number]) for number in world.report_numbers]


def decisions(name: str) -> Addresses:
    """One address for each decision, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = Decision.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in [*ids, "2" * 14]]

    return addresses


def report_steps(world: World) -> list[str]:
    """The pages of a report that nobody has begun."""
    steps = "what decision rule posts words who check nowhere".split()
    return [reverse("moderation:report_step", args=["2" * 14, step]) for step in steps]


def people(name: str) -> Addresses:
    """One address for each persona, for one author of each kind, and for nobody."""

    def addresses(world: World) -> list[str]:
        kinds = {item.facts.by: item.post.author for item in world.items}
        accounts = [user for user in world.people.values() if user is not None]
        found = dict.fromkeys(user.public_id for user in [*accounts, *kinds.values()])
        return [reverse(name, args=[public_id]) for public_id in [*found, "2" * 14]]

    return addresses


def profiles(world: World) -> list[str]:
    """The profile of each of ``people``; one also as professionals see it, and behind a post."""
    pages = people("forum:profile")(world)
    behind = [f"{pages[0]}?after={item.post.public_id}" for item in world.distinct_items()[:3]]
    return [*pages, f"{pages[0]}?as=professional", *behind]


def cases(name: str) -> Addresses:
    """One address for each case."""
    return lambda world: [reverse(name, args=[public_id]) for public_id in world.case_ids]


def case_parts(name: str) -> Addresses:
    """One address for each case, with something in it that is not there."""
    return lambda world: [reverse(name, args=[public_id, "2" * 14]) for public_id in world.case_ids]


def case_reports(name: str) -> Addresses:
    """One address for each case and report, whether it belongs there or not."""
    return lambda world: [
        reverse(name, args=[public_id, number])
        for public_id in world.case_ids
        for number in world.report_numbers
    ]


def case_people(name: str) -> Addresses:
    """One address for each case and everybody who might be in it."""
    return lambda world: [
        reverse(name, args=[public_id, person.public_id])
        for public_id in world.case_ids
        for person in [*world.people.values(), *world.authors.values()]
        if person is not None
    ]


def audit_exports(world: World) -> list[str]:
    """Both kinds of copies of the audit log."""
    return [reverse("moderation:audit_export", args=[kind]) for kind in ("csv", "jsonl")]


def questions(name: str) -> Addresses:
    """One address for each question to somebody in a case, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = AccountRequest.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in [*ids, "2" * 14]]

    return addresses


def texts(name: str) -> Addresses:
    """One address for each version of the rules, the code and the notices."""
    return lambda world: [
        reverse(name, args=[document.kind, document.language, document.version])
        for document in Document.objects.order_by("pk")
    ]


def rulesets(name: str, *kinds: str) -> Addresses:
    """One address for each version of the rules of screening (and kind), and one of none."""

    def addresses(world: World) -> list[str]:
        ids = [*Ruleset.objects.order_by("pk").values_list("public_id", flat=True), "2" * 14]
        return [
            reverse(name, args=[public_id, *rest])
            for public_id in ids
            for rest in ([[kind] for kind in kinds] or [[]])
        ]

    return addresses


def receipts(name: str) -> Addresses:
    """The address of one receipt of each person."""
    return lambda world: [
        reverse(name, args=[consent.public_id])
        for consent in Consent.objects.filter(purpose=Purpose.JOIN)[:20]
    ]


def guardian_links(world: World) -> list[str]:
    """A link that nobody signed."""
    return [reverse("accounts:guardian_answer", args=["not:signed"])]


def exceptions(name: str) -> Addresses:
    """One address for each break-glass, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = BreakGlass.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in [*ids, "2" * 14]]

    return addresses


def unanswered_pages(world: World) -> list[str]:
    """The list with its choices, and behind a thread that the person may know nothing of."""
    address = reverse("forum:unanswered")
    ids = dict.fromkeys(item.post.thread.public_id for item in world.items)
    return [address, f"{address}?hours=72", *(f"{address}?after={each}" for each in list(ids)[::9])]


def queue_pages(world: World) -> list[str]:
    """The list, with each filter, and behind a ticket that the person may know nothing of."""
    address = reverse("moderation:queue")
    filters = ["severity=0", "track=welfare", "audience=peers", "board=adults", "after=0.0.2"]
    return [address, *(f"{address}?{words}" for words in filters)]


def proposals(name: str) -> Addresses:
    """One address for each proposal, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = Proposal.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in ["2" * 14, *ids]]

    return addresses


def application_tasks(world: World) -> list[str]:
    """One address for each task of an applicant, and for one that is not there."""
    tasks = [*Task, "nowhere"]
    return [reverse("accounts:application_task", args=[task]) for task in tasks]


def hcp_applications(world: World) -> list[str]:
    """One address for each application, and one of none."""
    ids = HcpApplication.objects.order_by("pk").values_list("public_id", flat=True)
    return [reverse("moderation:hcp_application", args=[each]) for each in [*ids, "2" * 14]]


def professionals(name: str) -> Addresses:
    """One address for each health professional, one for a member, one of nobody."""

    def addresses(world: World) -> list[str]:
        hcps = HcpProfile.objects.order_by("pk").values_list("user__public_id", flat=True)
        ids = [*hcps, world.person("peer_open").public_id, "2" * 14]
        return [reverse(name, args=[public_id]) for public_id in ids]

    return addresses


def notes(name: str) -> Addresses:
    """One address for each note under a post, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = Label.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in ["2" * 14, *ids]]

    return addresses


def sanctions(name: str) -> Addresses:
    """One address for each sanction, and one of none."""

    def addresses(world: World) -> list[str]:
        ids = Sanction.objects.order_by("pk").values_list("public_id", flat=True)
        return [reverse(name, args=[public_id]) for public_id in ["2" * 14, *ids]]

    return addresses


def appeals(name: str) -> Addresses:
    """One address for each appeal, and one of none."""

    def addresses(world: World) -> list[str]:
        numbers = Appeal.objects.order_by("pk").values_list("number", flat=True)
        return [reverse(name, args=[number]) for number in ["A-2222-2222", *numbers]]

    return addresses


def half_years(world: World) -> list[str]:
    """Every frozen half-year, and one that was not."""
    rows = TransparencySnapshot.objects.values_list("year", "half")
    return [reverse("moderation:transparency_half", args=pair) for pair in [*rows, (1999, 1)]]


def half_year_files(world: World) -> list[str]:
    """Every file of a frozen half-year, and some of none."""
    rows = TransparencySnapshot.objects.values_list("year", "half")
    files = [(*pair, name) for pair in [*rows, (1999, 1)] for name in FILES]
    nonsense = (2026, 1, "nothing")
    return [reverse("moderation:transparency_file", args=one) for one in [*files, nonsense]]


def outside_links(world: World) -> list[str]:
    """A link that nobody signed."""
    return [reverse("moderation:outside_answer", args=["not:signed"])]


def versions(name: str) -> Addresses:
    """The first version of a text, and one that is not there."""
    return lambda world: [reverse(name, args=[version]) for version in ("1.0", "0.0")]


def passkeys(name: str) -> Addresses:
    """The address of a passkey that nobody has."""
    return lambda world: [reverse(name, args=[1])]


def joining_steps(name: str) -> Addresses:
    """One address for each step of joining, and for one that is not there."""
    steps = "age name read-who-sees-what professionals choices sign-in check nowhere".split()
    return lambda world: [reverse(name, args=[step]) for step in steps]


def ours(
    name: str, kind: Access, methods: frozenset[str], addresses: Addresses | None = None
) -> Route:
    """A view of this project."""
    return Route(name, kind, methods, addresses or plain(name))


def allauth(name: str, kind: Access, methods: frozenset[str] = FORM) -> Route:
    """A view of allauth without arguments."""
    return Route(name, kind, methods, plain(name), own_guard=True)


PUBLIC, ACCOUNT, READER = Access.PUBLIC, Access.ACCOUNT, Access.READER
REVIEWER, ADMIN, KEY = Access.REVIEWER, Access.ADMIN, Access.KEY

ROUTES = (
    ours("home", PUBLIC, READ),
    ours("favicon", PUBLIC, READ),
    ours("robots", PUBLIC, READ),
    ours("sitemap", PUBLIC, READ),
    ours("worker", PUBLIC, READ),
    ours("manifest", PUBLIC, READ),
    ours("accounts:join", PUBLIC, READ),
    ours("accounts:join_again", PUBLIC, ACT),
    ours("accounts:join_stop", PUBLIC, ACT),
    ours("accounts:join_step", PUBLIC, FORM, joining_steps("accounts:join_step")),
    ours("accounts:welcome", ACCOUNT, READ),
    ours("accounts:apply", PUBLIC, READ),
    ours("accounts:apply_account", PUBLIC, FORM),
    ours("accounts:application", ACCOUNT, READ),
    ours("accounts:application_start", ACCOUNT, ACT),
    ours("accounts:application_task", ACCOUNT, FORM, application_tasks),
    ours("accounts:me", ACCOUNT, READ),
    ours("accounts:display", ACCOUNT, FORM),
    ours("accounts:still_you", ACCOUNT, FORM),
    ours("moderation:own_data", ACCOUNT, READ),
    ours("moderation:ask_copy", ACCOUNT, FORM),
    ours("moderation:fetch_copy", ACCOUNT, READ, copies),
    ours("moderation:close", ACCOUNT, READ),
    ours("moderation:close_confirm", ACCOUNT, FORM, leaving),
    ours("moderation:undo_close", ACCOUNT, ACT),
    ours("moderation:closed", PUBLIC, READ),
    ours("accounts:consents", ACCOUNT, READ),
    ours("accounts:choose", ACCOUNT, ACT),
    ours("accounts:leaving", ACCOUNT, READ),
    ours("accounts:receipt", ACCOUNT, READ, receipts("accounts:receipt")),
    ours("accounts:receipt_json", ACCOUNT, READ, receipts("accounts:receipt_json")),
    ours("accounts:agree", ACCOUNT, FORM),
    ours("accounts:guardian", ACCOUNT, FORM),
    ours("accounts:guardian_answer", PUBLIC, FORM, guardian_links),
    ours("accounts:rules", PUBLIC, READ),
    ours("accounts:rules_version", PUBLIC, READ, versions("accounts:rules_version")),
    ours("accounts:hcp_code", PUBLIC, READ),
    ours("accounts:hcp_code_version", PUBLIC, READ, versions("accounts:hcp_code_version")),
    ours("accounts:hide_announcement", PUBLIC, ACT, announcements("accounts:hide_announcement")),
    ours("accounts:leave_now", PUBLIC, ACT),
    ours("guides:help_now", PUBLIC, READ),
    ours("guides:offline", PUBLIC, READ),
    ours("guides:how_it_works", PUBLIC, READ),
    ours("guides:look_inside", PUBLIC, READ),
    ours("guides:stay_safe", PUBLIC, READ),
    ours("guides:judge", PUBLIC, READ),
    ours("guides:privacy", PUBLIC, READ),
    ours("guides:accessibility", PUBLIC, READ),
    ours("guides:articles", PUBLIC, READ, guide_lists),
    ours("guides:article", PUBLIC, READ, guides("guides:article")),
    ours("guides:feedback", PUBLIC, ACT, guides("guides:feedback")),
    ours("guides:work", REVIEWER, READ),
    ours("guides:work_new", REVIEWER, FORM),
    ours("guides:work_start", REVIEWER, ACT, guides("guides:work_start")),
    ours("guides:work_place", ADMIN, ACT, guides("guides:work_place")),
    ours("guides:work_version", REVIEWER, FORM, guide_versions("guides:work_version")),
    ours("guides:work_edit", REVIEWER, FORM, guide_versions("guides:work_edit")),
    ours("forum:boards", READER, READ),
    ours("forum:board", READER, READ, board_pages),
    ours("forum:ask_start", READER, READ),
    ours("forum:ask", READER, FORM, boards("forum:ask")),
    ours("forum:keep_question", READER, ACT, boards("forum:keep_question")),
    ours("forum:my_drafts", ACCOUNT, READ),
    ours("forum:delete_draft", ACCOUNT, FORM, drafts("forum:delete_draft")),
    ours("forum:draft", READER, READ, drafts("forum:draft")),
    ours("forum:check", READER, FORM, drafts("forum:check")),
    ours("forum:draft_pictures", READER, FORM, drafts("forum:draft_pictures")),
    ours("forum:draft_picture_out", READER, ACT, draft_pictures),
    ours("forum:picture", READER, READ, pictures("forum:picture")),
    ours("forum:post_pictures", READER, FORM, own_posts("forum:post_pictures")),
    ours("forum:picture_describe", READER, FORM, pictures("forum:picture_describe")),
    ours("forum:picture_remove", READER, FORM, pictures("forum:picture_remove")),
    ours("forum:picture_file", READER, READ, pictures("forum:picture_file", *SIZES)),
    ours("forum:sent", READER, READ, own_posts("forum:sent")),
    ours("forum:thread", READER, READ, threads("forum:thread")),
    ours("forum:reply", READER, FORM, replies),
    ours("forum:keep_reply", READER, ACT, threads("forum:keep_reply")),
    ours("forum:react", READER, ACT, threads("forum:react")),
    ours("forum:post", READER, READ, posts("forum:post")),
    ours("forum:edit", READER, FORM, own_posts("forum:edit")),
    ours("forum:withdraw", READER, FORM, own_posts("forum:withdraw")),
    ours("forum:history", READER, READ, own_posts("forum:history")),
    ours("forum:vote", READER, ACT, threads("forum:vote")),
    ours("forum:save", READER, ACT, threads("forum:save")),
    ours("forum:names_in_thread", READER, READ, names_in_threads),
    ours("forum:names_on_board", READER, READ, names_on_boards),
    ours("forum:follow", READER, ACT, threads("forum:follow")),
    ours("forum:unread", READER, READ, threads("forum:unread")),
    ours("forum:news", READER, READ, news),
    ours("forum:saved", READER, FORM),
    ours("forum:clinic", READER, READ, clinic),
    ours("forum:following", READER, READ),
    ours("forum:tags", READER, READ),
    ours("forum:tag", READER, READ, tags("forum:tag")),
    ours("forum:on_tag", READER, ACT, tags("forum:on_tag")),
    ours("forum:thread_tags", READER, FORM, threads("forum:thread_tags")),
    ours("forum:on_board", READER, ACT, boards("forum:on_board")),
    ours("forum:apps", ACCOUNT, FORM),
    ours("forum:new_app", ACCOUNT, FORM),
    ours("forum:api_guide", PUBLIC, READ),
    ours("forum:api_schema", PUBLIC, READ),
    ours("forum:api_me", KEY, READ),
    ours("forum:api_boards", KEY, READ),
    ours("forum:api_threads", KEY, FORM, api_boards),
    ours("forum:api_thread", KEY, READ, api_threads),
    ours("forum:api_reply", KEY, ACT, threads("forum:api_reply")),
    ours("forum:api_notices", KEY, READ),
    ours("forum:api_notices_read", KEY, ACT),
    ours("forum:api_unread", KEY, READ),
    ours("forum:feed", KEY, READ, feeds),
    ours("forum:feeds", ACCOUNT, FORM),
    ours("forum:muted_words", ACCOUNT, FORM),
    ours("forum:search", READER, READ, searches),
    ours("forum:professional", READER, READ, professionals("forum:professional")),
    ours("forum:first_steps", READER, ACT),
    ours("forum:welcoming", READER, FORM),
    ours("forum:profile", READER, READ, profiles),
    ours("forum:own_profile", READER, FORM),
    ours("forum:own_picture", ACCOUNT, ACT),
    ours("forum:notices", ACCOUNT, FORM),
    ours("forum:notice_choices", ACCOUNT, FORM),
    ours("forum:device_add", ACCOUNT, ACT),
    ours("forum:device_remove", ACCOUNT, ACT, devices),
    ours("forum:mail_again", ACCOUNT, ACT),
    ours("forum:stop_mail", PUBLIC, FORM, stop_links),
    ours("forum:involvement", READER, FORM),
    ours("forum:narrow", READER, FORM, posts("forum:narrow")),
    ours("forum:block", READER, FORM, posts("forum:block")),
    ours("forum:hide_from_author", READER, FORM, posts("forum:hide_from_author")),
    ours("forum:seen", ACCOUNT, READ),
    ours("forum:opened", READER, READ),
    ours("forum:hide_from", ACCOUNT, FORM),
    ours("forum:blocked", ACCOUNT, FORM),
    ours("forum:my_posts", READER, READ),
    ours("forum:older_posts", READER, FORM),
    ours("forum:waits", PUBLIC, READ),
    ours("forum:unanswered", READER, READ, unanswered_pages),
    ours("forum:for_professionals", REVIEWER, READ),
    ours("moderation:queue", REVIEWER, READ, queue_pages),
    ours("moderation:next", REVIEWER, ACT),
    ours("moderation:stop", REVIEWER, ACT),
    ours("moderation:summary", REVIEWER, READ),
    ours("moderation:wellbeing", REVIEWER, FORM),
    ours("moderation:keys", REVIEWER, FORM),
    ours("moderation:spam", REVIEWER, FORM),
    ours("moderation:quality", ADMIN, READ),
    ours("moderation:statistics", ADMIN, READ),
    ours("moderation:transparency", PUBLIC, READ),
    ours("moderation:transparency_half", PUBLIC, READ, half_years),
    ours("moderation:transparency_file", PUBLIC, READ, half_year_files),
    ours("moderation:item", REVIEWER, FORM, posts("moderation:item")),
    ours("moderation:release", REVIEWER, ACT, posts("moderation:release")),
    ours("moderation:renew", REVIEWER, ACT, posts("moderation:renew")),
    ours("moderation:thread", REVIEWER, FORM, threads("moderation:thread")),
    ours("moderation:reveal_author", ADMIN, FORM, posts("moderation:reveal_author")),
    ours("moderation:label", REVIEWER, FORM, posts("moderation:label")),
    ours("moderation:note", READER, FORM, notes("moderation:note")),
    ours("moderation:own_decisions", REVIEWER, READ),
    ours("moderation:decision", ACCOUNT, READ, decisions("moderation:decision")),
    ours("moderation:picture", REVIEWER, READ, pictures("moderation:picture", *SIZES)),
    ours("moderation:undo", REVIEWER, ACT, decisions("moderation:undo")),
    ours("moderation:recuse", REVIEWER, FORM, posts("moderation:recuse")),
    ours("moderation:report", PUBLIC, FORM),
    ours("moderation:report_post", READER, FORM, posts("moderation:report_post")),
    ours("moderation:report_person", READER, FORM, people("moderation:report_person")),
    ours("moderation:report_step", PUBLIC, FORM, report_steps),
    ours("moderation:report_sent", PUBLIC, READ, reports("moderation:report_sent")),
    ours("moderation:report_status", PUBLIC, FORM),
    ours("moderation:followed", PUBLIC, READ, reports("moderation:followed")),
    ours("moderation:report_answer", PUBLIC, ACT, reports("moderation:report_answer")),
    ours("moderation:report_add", PUBLIC, FORM, reports("moderation:report_add")),
    ours("moderation:report_take_back", PUBLIC, FORM, reports("moderation:report_take_back")),
    ours("moderation:report_rate", PUBLIC, ACT, reports("moderation:report_rate")),
    ours("moderation:report_look_again", PUBLIC, FORM, reports("moderation:report_look_again")),
    ours("moderation:report_hide", ACCOUNT, ACT, reports("moderation:report_hide")),
    ours("moderation:report_meet_again", ACCOUNT, ACT, reports("moderation:report_meet_again")),
    ours("moderation:own_reports", ACCOUNT, READ),
    ours("moderation:own_report", ACCOUNT, READ, reports("moderation:own_report")),
    ours("moderation:desk", ADMIN, READ),
    ours("moderation:desk_report", ADMIN, FORM, reports("moderation:desk_report")),
    ours("moderation:case", ADMIN, FORM, cases("moderation:case")),
    ours("moderation:tags", ADMIN, FORM),
    ours("moderation:tag", ADMIN, FORM, tags("moderation:tag")),
    ours("moderation:tag_move", ADMIN, ACT, tags("moderation:tag_move")),
    ours("moderation:tag_merge", ADMIN, ACT, tags("moderation:tag_merge")),
    ours("moderation:boards", ADMIN, READ),
    ours("moderation:find", REVIEWER, READ, queue_searches),
    ours("moderation:staff", ADMIN, READ),
    ours("moderation:staff_appoint", ADMIN, FORM),
    ours("moderation:staff_remove", ADMIN, FORM, people("moderation:staff_remove")),
    ours("moderation:staff_change", ADMIN, FORM, staff_changes),
    ours("moderation:people", ADMIN, READ, people_searches),
    ours("moderation:maintenance", ADMIN, FORM),
    ours("helplines", ADMIN, READ),
    ours("helpline_sheet", ADMIN, FORM, helpline_sheets),
    ours("moderation:site_settings", ADMIN, FORM),
    ours("moderation:announcements", ADMIN, FORM),
    ours("moderation:announcement", ADMIN, FORM, announcements("moderation:announcement")),
    ours("moderation:announcement_end", ADMIN, ACT, announcements("moderation:announcement_end")),
    ours("moderation:invitations", ADMIN, FORM),
    ours("moderation:invitation_revoke", ADMIN, ACT, invitations),
    ours("moderation:board", ADMIN, FORM, boards("moderation:board")),
    ours("moderation:hours", ADMIN, FORM),
    ours("moderation:rota", ADMIN, FORM),
    ours("moderation:shift_remove", ADMIN, ACT, shifts("moderation:shift_remove")),
    ours("moderation:alerts", ADMIN, READ, alert_pages),
    ours("moderation:alert_take", ADMIN, ACT, alerts("moderation:alert_take")),
    ours("moderation:apply_send", ACCOUNT, ACT),
    ours("moderation:professionals", ADMIN, READ),
    ours("moderation:professional", ADMIN, FORM, professionals("moderation:professional")),
    ours("moderation:hcp_application", ADMIN, FORM, hcp_applications),
    ours("moderation:case_picture", ADMIN, READ, case_pictures),
    ours("moderation:case_tie", ADMIN, ACT, cases("moderation:case_tie")),
    ours("moderation:case_take_over", ADMIN, ACT, cases("moderation:case_take_over")),
    ours("moderation:case_note", ADMIN, ACT, cases("moderation:case_note")),
    ours("moderation:case_party", ADMIN, ACT, cases("moderation:case_party")),
    ours("moderation:case_merge", ADMIN, ACT, cases("moderation:case_merge")),
    ours("moderation:case_separate", ADMIN, ACT, case_parts("moderation:case_separate")),
    ours("moderation:case_reopen", ADMIN, ACT, cases("moderation:case_reopen")),
    ours("moderation:case_evidence", ADMIN, FORM, case_people("moderation:case_evidence")),
    ours("moderation:case_ask", ADMIN, FORM, cases("moderation:case_ask")),
    ours("moderation:case_write", ADMIN, FORM, case_reports("moderation:case_write")),
    ours("moderation:case_at_once", ADMIN, FORM, cases("moderation:case_at_once")),
    ours("moderation:case_restore", ADMIN, ACT, case_parts("moderation:case_restore")),
    ours("moderation:case_referral", ADMIN, ACT, cases("moderation:case_referral")),
    ours("moderation:case_timeline", ADMIN, READ, cases("moderation:case_timeline")),
    ours("moderation:case_export", ADMIN, ACT, cases("moderation:case_export")),
    ours("moderation:case_decide", ADMIN, FORM, cases("moderation:case_decide")),
    ours("moderation:case_second", ADMIN, ACT, cases("moderation:case_second")),
    ours("moderation:audit", ADMIN, READ),
    ours("moderation:audit_verify", ADMIN, ACT),
    ours("moderation:audit_export", ADMIN, READ, audit_exports),
    ours("moderation:question", ACCOUNT, FORM, questions("moderation:question")),
    ours("moderation:screening", ADMIN, READ),
    ours("moderation:screening_start", ADMIN, ACT),
    ours("moderation:screening_try", ADMIN, FORM),
    ours("moderation:screening_reset", ADMIN, ACT),
    ours("moderation:screening_version", ADMIN, READ, rulesets("moderation:screening_version")),
    ours("moderation:screening_publish", ADMIN, ACT, rulesets("moderation:screening_publish")),
    ours("moderation:screening_back", ADMIN, ACT, rulesets("moderation:screening_back")),
    ours("moderation:screening_discard", ADMIN, ACT, rulesets("moderation:screening_discard")),
    ours(
        "moderation:screening_edit",
        ADMIN,
        FORM,
        rulesets("moderation:screening_edit", "dose", "sets", "nonsense"),
    ),
    ours("moderation:texts", ADMIN, READ),
    ours("moderation:text_start", ADMIN, ACT),
    ours("moderation:text", ADMIN, READ, texts("moderation:text")),
    ours("moderation:text_edit", ADMIN, FORM, texts("moderation:text_edit")),
    ours("moderation:text_publish", ADMIN, ACT, texts("moderation:text_publish")),
    ours("moderation:text_discard", ADMIN, ACT, texts("moderation:text_discard")),
    ours("moderation:text_sign_off", ADMIN, ACT, texts("moderation:text_sign_off")),
    ours("moderation:break_glasses", ADMIN, READ),
    ours("moderation:break_glass_ask", ADMIN, FORM, posts("moderation:break_glass_ask")),
    ours("moderation:break_glass", ADMIN, FORM, exceptions("moderation:break_glass")),
    ours("moderation:broken_glass", REVIEWER, FORM, exceptions("moderation:broken_glass")),
    ours("moderation:proposals", REVIEWER, READ),
    ours("moderation:proposal", REVIEWER, FORM, proposals("moderation:proposal")),
    ours("moderation:outside_answer", PUBLIC, FORM, outside_links),
    ours("moderation:approvals", ADMIN, READ),
    ours("moderation:act_on_author", REVIEWER, FORM, posts("moderation:act_on_author")),
    ours("moderation:act_on_case", ADMIN, FORM, cases("moderation:act_on_case")),
    ours("moderation:case_words", ADMIN, FORM, cases("moderation:case_words")),
    ours("moderation:sanctions", ADMIN, READ),
    ours("moderation:sanction", ADMIN, FORM, sanctions("moderation:sanction")),
    ours("moderation:own_sanction", ACCOUNT, READ, sanctions("moderation:own_sanction")),
    ours("moderation:appeal_sanction", ACCOUNT, FORM, sanctions("moderation:appeal_sanction")),
    ours("moderation:appeal", ACCOUNT, FORM, decisions("moderation:appeal")),
    ours("moderation:welcomers", ADMIN, FORM),
    ours("moderation:standing", ACCOUNT, READ),
    ours("moderation:own_appeals", ACCOUNT, READ),
    ours("moderation:own_appeal", ACCOUNT, READ, appeals("moderation:own_appeal")),
    ours("moderation:appeals", REVIEWER, READ),
    ours("moderation:appeal_desk", REVIEWER, FORM, appeals("moderation:appeal_desk")),
    allauth("account_login", PUBLIC),
    allauth("account_logout", PUBLIC),
    allauth("account_inactive", PUBLIC, READ),
    allauth("account_signup", PUBLIC),
    allauth("account_reauthenticate", ACCOUNT),
    allauth("account_email", ACCOUNT),
    allauth("account_email_verification_sent", PUBLIC),
    allauth("account_change_password", ACCOUNT),
    allauth("account_set_password", ACCOUNT),
    allauth("account_reset_password", PUBLIC),
    allauth("account_confirm_login_code", PUBLIC),
    allauth("account_confirm_password_reset_code", PUBLIC),
    allauth("account_complete_password_reset", PUBLIC),
    allauth("account_password_reset_completed", PUBLIC, READ),
    allauth("account_request_login_code", PUBLIC),
    allauth("mfa_index", ACCOUNT, READ),
    allauth("mfa_authenticate", PUBLIC),
    allauth("mfa_reauthenticate", ACCOUNT),
    allauth("mfa_activate_totp", ACCOUNT),
    allauth("mfa_deactivate_totp", ACCOUNT),
    allauth("mfa_view_recovery_codes", ACCOUNT, READ),
    allauth("mfa_generate_recovery_codes", ACCOUNT),
    allauth("mfa_download_recovery_codes", ACCOUNT, READ),
    allauth("mfa_list_webauthn", ACCOUNT, READ),
    allauth("mfa_add_webauthn", ACCOUNT),
    allauth("mfa_reauthenticate_webauthn", ACCOUNT),
    Route("mfa_remove_webauthn", ACCOUNT, FORM, passkeys("mfa_remove_webauthn"), own_guard=True),
    Route("mfa_edit_webauthn", ACCOUNT, FORM, passkeys("mfa_edit_webauthn"), own_guard=True),
    allauth("mfa_login_webauthn", PUBLIC),
    allauth("usersessions_list", ACCOUNT),
)
# Pages that are there for one role alone; others find nothing.
ONE_ROLE = {
    "guides:work": "hcp",
    "guides:work_new": "hcp",
    "guides:work_version": "hcp",
    "guides:work_edit": "hcp",
    "accounts:application": "hcp",
    "forum:apps": "member",
    "forum:new_app": "member",
    "forum:feeds": "member",
    "forum:involvement": "member",
    "forum:seen": "member",
    "forum:opened": "hcp",
    "forum:hide_from": "member",
    "forum:blocked": "member",
    "forum:own_profile": "member",
    "forum:welcoming": "member",
    "moderation:standing": "member",
}
# Pages that first ask who it is, or lead on those who need not be asked here.
ASKS_AGAIN = {
    "accounts:still_you",
    "forum:new_app",
    "moderation:ask_copy",
    "moderation:close_confirm",
    "moderation:fetch_copy",
}
A_FEW = 5
BY_NAME = {route.name: route for route in ROUTES}


def every_address(world: World, viewer: Viewer | None = None) -> list[str]:
    """All addresses that can be asked for with GET, in the order of the table.

    For a viewer: of a page that is shut for them only a few. They are turned away before anything
    looks at what the address names, which tests/test_routes.py proves of each page.
    """
    found = []
    for route in ROUTES:
        if "GET" in route.methods:
            addresses = route.addresses(world)
            found += addresses[:A_FEW] if _is_shut(route, viewer) else addresses
    return found


def _is_shut(route: Route, viewer: Viewer | None) -> bool:
    by_role = route.kind in (Access.READER, Access.REVIEWER, Access.ADMIN)
    return viewer is not None and by_role and not allows(route.kind, viewer)
