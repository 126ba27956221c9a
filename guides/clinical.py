"""First-aid figures of the help page, in one place, each with its source.

These are reviewable defaults. The organisation that runs a site has a clinician sign them off
before launch; ``REVIEWABLE`` lists what there is to sign.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COLLECTED_ON = date(2026, 11, 1)


@dataclass(frozen=True)
class FirstAid:
    """Thresholds and waits. Ketones in blood in mmol/L, in urine in pluses, time in minutes."""

    ketones_call_team: str
    ketones_emergency: str
    urine_emergency: str
    recheck_from: int
    recheck_to: int
    sources: tuple[str, ...]


FIRST_AID = FirstAid(
    # NHS: 1.6 to 3 mmol/L, speak to the care team; over 3 mmol/L, or over 2+ in urine, 999 or A&E.
    ketones_call_team="1.6",
    ketones_emergency="3",
    urine_emergency="2+",
    # NHS: check again after 10 to 15 minutes.
    recheck_from=10,
    recheck_to=15,
    sources=("NHS, Diabetic ketoacidosis", "NHS, Low blood sugar (hypoglycaemia)"),
)


@dataclass(frozen=True)
class ReviewableDefault:
    """A clinical or legal text that somebody has to sign off before launch."""

    key: str
    title: str | Promise
    source: str
    collected_on: date


REVIEWABLE = (
    ReviewableDefault(
        "help-now-first-aid",
        _("Help page: what to do for a hypo and for high ketones"),
        "; ".join(FIRST_AID.sources),
        COLLECTED_ON,
    ),
    ReviewableDefault(
        "help-now-helplines",
        _("Help page: emergency numbers and helplines"),
        "Public listings, named line by line in guides/data/helplines.toml",
        COLLECTED_ON,
    ),
    ReviewableDefault(
        "how-it-works",
        _("How it works: when we must tell someone"),
        "NSPCC, Social media, online communities and safeguarding",
        COLLECTED_ON,
    ),
    ReviewableDefault(
        "privacy", _("Privacy page"), "GDPR articles 7, 8, 13, 15, 17 and 20", COLLECTED_ON
    ),
    ReviewableDefault("accessibility", _("Accessibility page"), "WCAG 2.2, level AA", COLLECTED_ON),
)
