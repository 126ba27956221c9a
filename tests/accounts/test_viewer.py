"""Who may do what right now. In doubt, a barrier."""

from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import (
    AgeGroup,
    Block,
    CutOff,
    HcpProfile,
    HiddenHcp,
    HiddenWorkplace,
    Recusal,
    Role,
    User,
    Workplace,
)
from accounts.viewer import GUEST, Barrier, Exclusion, Viewer, viewer_of
from tests.factories import make_hcp, make_member, make_staff, make_staff_without_mfa

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts"), pytest.mark.one_database]

DAY = timedelta(days=1)


def powers(viewer: Viewer) -> tuple[bool, bool, bool, bool]:
    """Whether this person may read, write, review, administer."""
    return viewer.may_read, viewer.may_write, viewer.may_review, viewer.may_administer


def test_a_guest_may_do_nothing():
    for viewer in (GUEST, viewer_of(AnonymousUser())):
        assert viewer.user_id is None
        assert viewer.role is None
        assert powers(viewer) == (False, False, False, False)


@pytest.mark.both_databases
def test_a_closed_account_is_a_guest():
    assert viewer_of(make_member("gone", is_active=False)) == GUEST


def test_a_member_reads_and_writes_and_neither_reviews_nor_administers():
    viewer = viewer_of(make_member("member"))
    assert (viewer.role, viewer.age_group, viewer.barrier) == (Role.MEMBER, AgeGroup.ADULT, None)
    assert powers(viewer) == (True, True, False, False)


@pytest.mark.parametrize(
    "age, group", [(13, AgeGroup.TEEN), (16, AgeGroup.OLDER_TEEN), (25, AgeGroup.ADULT)]
)
def test_a_member_has_the_age_group_of_the_day(age, group):
    assert viewer_of(make_member("member", age=age)).age_group == group


def test_a_member_changes_group_with_time_alone():
    member = make_member("member", age=15)
    years = timedelta(days=370)
    assert viewer_of(member, at=timezone.now() + years).age_group == AgeGroup.OLDER_TEEN


@pytest.mark.parametrize("age", [12, 26])
def test_who_is_too_young_or_too_old_reads_nothing(age):
    viewer = viewer_of(make_member("member", age=age))
    assert viewer.barrier == Barrier.NO_AGE_GROUP
    assert not viewer.may_read


@pytest.mark.parametrize("lacking", ["birth_year", "birth_month"])
def test_a_member_without_date_of_birth_reads_nothing(lacking):
    member = make_member("member")
    setattr(member, lacking, None)
    member.save()
    assert viewer_of(member).barrier == Barrier.NO_AGE_GROUP


@pytest.mark.parametrize("make", [make_member, lambda n, **f: make_staff(n, Role.ADMIN, **f)])
def test_a_suspended_person_reads_nothing_until_it_is_over(make):
    end = timezone.now() + DAY
    user = make("suspended", suspended_until=end)
    assert viewer_of(user).barrier == Barrier.SUSPENDED
    assert not viewer_of(user).may_read
    assert viewer_of(user, at=end - timedelta(seconds=1)).barrier == Barrier.SUSPENDED
    assert viewer_of(user, at=end).may_read


def test_a_silenced_person_reads_on_and_does_not_write_until_it_is_over():
    end = timezone.now() + DAY
    user = make_member("silenced", silenced_until=end)
    assert (viewer_of(user).may_read, viewer_of(user).may_write) == (True, False)
    assert viewer_of(user, at=end).may_write


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_staff_need_a_second_factor(role):
    user = make_staff_without_mfa("careless", role)
    assert viewer_of(user).barrier == Barrier.MFA_MISSING
    # Recovery codes alone are no second factor.
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert viewer_of(user).barrier == Barrier.MFA_MISSING
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    assert viewer_of(user).may_review


def test_members_need_none():
    assert not Authenticator.objects.filter(user=make_member("member")).exists()
    assert viewer_of(User.objects.get(pseudonym="member")).may_read


@pytest.mark.parametrize(
    "role, reviews, administers",
    [
        (Role.MEMBER, False, False),
        (Role.MODERATOR, True, False),
        (Role.HCP, True, False),
        (Role.ADMIN, True, True),
    ],
)
def test_each_role_may_what_the_table_says(role, reviews, administers):
    viewer = Viewer(user_id=1, role=role)
    assert (viewer.may_review, viewer.may_administer) == (reviews, administers)


@pytest.mark.parametrize("barrier", list(Barrier))
@pytest.mark.parametrize("role", list(Role))
def test_behind_a_barrier_nobody_may_anything(role, barrier):
    viewer = Viewer(user_id=1, role=role, barrier=barrier)
    assert powers(viewer) == (False, False, False, False)


@pytest.mark.parametrize("stop", ["silenced", "must_agree", "needs_guardian"])
def test_who_has_to_wait_with_writing_reads_on(stop):
    viewer = replace(Viewer(user_id=1, role=Role.MEMBER), **{stop: True})
    assert (viewer.may_read, viewer.may_write) == (True, False)


# Professionals ---------------------------------------------------------------------------------


def test_a_professional_who_was_checked_may_read_and_review():
    viewer = viewer_of(make_hcp("nurse"))
    assert (viewer.barrier, viewer.age_group) == (None, None)
    assert powers(viewer) == (True, True, True, False)


@pytest.mark.parametrize(
    "profile",
    [
        {"verified_at": None},
        {"revoked_at": timezone.now()},
        {"expires_at": None},
        {"expires_at": timezone.now() - DAY},
        {"code_version": ""},
        {"code_version": "0.1"},
    ],
    ids=lambda profile: " ".join(f"{k}={v!s:.4}" for k, v in profile.items()),
)
def test_a_professional_without_all_checks_reads_nothing(profile):
    viewer = viewer_of(make_hcp("nurse", **profile))
    assert viewer.barrier == Barrier.HCP_NOT_CURRENT
    assert not viewer.may_read


def test_a_professionals_year_ends_at_the_second():
    end = timezone.now() + DAY
    nurse = make_hcp("nurse", expires_at=end)
    assert viewer_of(nurse, at=end - timedelta(seconds=1)).may_read
    assert not viewer_of(nurse, at=end).may_read


def test_a_professional_without_profile_or_second_factor_reads_nothing():
    nurse = make_hcp("nurse")
    nurse.authenticator_set.all().delete()
    assert viewer_of(nurse).barrier == Barrier.MFA_MISSING
    HcpProfile.objects.all().delete()
    assert viewer_of(nurse).barrier == Barrier.HCP_NOT_CURRENT


# Not meeting -----------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_each_reason_not_to_meet_is_known_to_those_it_is_about_and_to_nobody_else():
    clinic = Workplace.objects.create(name="A clinic")
    nurse = make_hcp("nurse", workplaces=[clinic])
    ada, ben = make_member("ada"), make_member("ben")
    cleo, dan, eve = make_member("cleo"), make_member("dan"), make_member("eve")
    fay = make_member("fay")
    Block.objects.create(blocker=ada, blocked=ben)
    HiddenHcp.objects.create(member=cleo, hcp=nurse)
    HiddenWorkplace.objects.create(member=dan, workplace=clinic)
    Recusal.objects.create(hcp=nurse, member=eve)
    CutOff.objects.create(hcp=nurse, member=fay)
    members = (ada, ben, cleo, dan, eve, fay)
    assert {user.pseudonym: viewer_of(user).exclusions for user in members} == {
        "ada": {Exclusion.I_BLOCKED},
        "ben": {Exclusion.BLOCKED_ME},
        "cleo": {Exclusion.I_HID_FROM_HCP},
        "dan": {Exclusion.I_HID_FROM_WORKPLACE},
        "eve": set(),
        "fay": {Exclusion.I_REPORTED},
    }
    assert viewer_of(nurse).exclusions == {
        Exclusion.HIDDEN_FROM_ME,
        Exclusion.WORKPLACE_HIDDEN_FROM_ME,
        Exclusion.RECUSED,
        Exclusion.REPORTED_ME,
    }
    assert viewer_of(make_hcp("doctor")).exclusions == set()


@pytest.mark.both_databases
def test_a_changed_role_counts_from_the_next_question_on():
    user = make_staff("helper", Role.MODERATOR)
    assert viewer_of(user).may_review
    user.role = Role.MEMBER
    assert not viewer_of(user).may_review
