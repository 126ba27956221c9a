"""What a health professional confirms before a guide may be published."""

from django.utils.translation import gettext_lazy as _

# key -> what is confirmed. A new key asks for more from then on; old checks keep theirs.
CHECKLIST = {
    "true": _("What it says is right, and up to date."),
    "sources": _("I opened the sources. They say the same."),
    "no_doses": _("There are no doses, and no advice that only someone's own team can give."),
    "danger": _("It says when to get help, where that matters."),
    "words": _("It is kind and plain. Nobody is blamed."),
    "interests": _("I gain nothing from what it says."),
}
