"""What the page about the API says, taken from the schema and from here."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.api.schema import schema

# Code of a problem -> what to do. Each is an anchor of the page (``type`` of the problem).
ERRORS: dict[str, Promise] = {
    "key-needed": _("The key is missing, wrong, over, or stopped. Ask its member for a new one."),
    "scope-missing": _("The key may not do this. The member can make one that may."),
    "refused": _("The site would not let the member post this there. The detail says why."),
    "not-found": _("It is not there, or not for this member. Nobody can tell which."),
    "not-so": _("The address does not know this method."),
    "check-first": _("The site would show a page before sending. Show its cards to the member."),
    "not-valid": _("Some fields are not right. The errors name each one."),
    "not-json": _("The body is no JSON in UTF-8."),
    "too-often": _("Wait as many seconds as Retry-After says."),
    "not-now": _("The site has a break, or cannot count how often you ask. Try again later."),
}


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One thing that the API does."""

    method: str
    path: str
    summary: str
    description: str
    fields: list[str]


def operations() -> list[OperationRow]:
    """All of them, in the order of the schema."""
    made = schema()
    return [
        OperationRow(
            method=method.upper(),
            path=path,
            summary=operation["summary"],
            description=" ".join(operation.get("description", "").split()),
            fields=_fields(made, operation),
        )
        for path, methods in made["paths"].items()
        for method, operation in methods.items()
    ]


def _fields(made: dict, operation: dict) -> list[str]:
    """Names of what can be sent; those that must be there have a star."""
    named = [
        each["name"] + ("*" if each.get("required") else "")
        for each in operation["parameters"]
        if each["in"] != "path"
    ]
    body = operation.get("requestBody")
    if body:
        reference = body["content"]["application/json"]["schema"]["$ref"]
        model = made["components"]["schemas"][reference.rpartition("/")[2]]
        required = set(model.get("required", ()))
        named += [name + ("*" if name in required else "") for name in model["properties"]]
    return named
