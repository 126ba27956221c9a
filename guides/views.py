"""The public pages of guides and help. None of them needs to know who is reading."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from guides.clinical import COLLECTED_ON, FIRST_AID
from guides.helplines_now import countries, country_of, for_country
from guides.lesson import BY_LETTER, Pick, current_lesson

HELP_PAGE_SECONDS = 600


@access(Access.PUBLIC)
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Who to call, and what to do first, for ``?country=`` or the likeliest country."""
    return help_page(request, "guides/help_now.html")


@access(Access.PUBLIC)
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The help page as browsers keep it for when there is no network: all countries at once.

    The worker (``templates/worker.js``) fetches it without cookies; nothing else leads here.
    """
    return help_page(request, "guides/offline.html")


@access(Access.PUBLIC)
@require_safe
def how_it_works(request: HttpRequest) -> HttpResponse:
    """Who sees what, what health professionals may do, how posts are checked."""
    return render(request, "guides/how_it_works.html")


@access(Access.PUBLIC)
@require_safe
def look_inside(request: HttpRequest) -> HttpResponse:
    """Two threads that are made up, for who has no account."""
    return render(request, "guides/look_inside.html")


@access(Access.PUBLIC)
@require_safe
def stay_safe(request: HttpRequest) -> HttpResponse:
    """Risks and good habits."""
    return render(request, "guides/stay_safe.html")


@access(Access.PUBLIC)
@require_safe
def judge(request: HttpRequest) -> HttpResponse:
    """The lesson on judging what you read. Nothing is stored: progress is in the address.

    Without ``?sorted=`` the four steps; with it the example after those sorted so far, or the end.
    ``?pick=`` sorts that example and shows what we think.
    """
    lesson = current_lesson()
    letters = request.GET.get("sorted")
    done = lesson.sorted_so_far(letters) if letters is not None else None
    if done is None or letters is None:
        return render(request, "guides/judge.html", {"lesson": lesson, "picks": list(Pick)})
    if len(done) == len(lesson.examples):
        same = sum(example.best == pick for example, pick in done)
        context = {"lesson": lesson, "done": done, "same": same}
        return render(request, "guides/judge_end.html", context)
    picked = BY_LETTER.get(request.GET.get("pick", ""))
    context = {
        "example": lesson.examples[len(done)],
        "number": len(done) + 1,
        "total": len(lesson.examples),
        "sorted": letters,
        "picks": list(Pick),
        "picked": picked,
        "next": f"{letters}{picked.letter}" if picked else "",
        "is_missing": "pick" not in request.GET and "go" in request.GET,
    }
    return render(request, "guides/judge_example.html", context)


@access(Access.PUBLIC)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is stored, who sees it, and what you can ask for."""
    return render(request, "guides/privacy.html", {"consent_age": settings.DIGITAL_CONSENT_AGE})


@access(Access.PUBLIC)
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works for whom, what does not yet, and how to tell us."""
    return render(request, "guides/accessibility.html")


def help_page(request: HttpRequest, template: str) -> HttpResponse:
    """What to do and whom to call, the same for everybody in a country."""
    show_as_to_a_guest(request)
    country = for_country(country_of(request))
    response = render(
        request,
        template,
        {
            "country": country,
            "countries": countries(),
            "others": [other for other in countries() if other.code != country.code],
            "first_aid": FIRST_AID,
            "collected_on": COLLECTED_ON,
            "announcements": (),  # nothing comes before help, and the copy is kept for minutes
            "messages": (),  # waiting messages are in the session, and are private
        },
    )
    patch_cache_control(response, private=True, max_age=HELP_PAGE_SECONDS)
    patch_vary_headers(response, ["Accept-Language"])
    return response


def show_as_to_a_guest(request: HttpRequest) -> None:
    """Render what follows as if nobody were signed in.

    So the page needs no database, also with a session cookie, and still answers when the database
    is down. And a copy kept by the browser shows nothing of the person.
    """
    request.user = AnonymousUser()
