"""A tender with two lots and sites, two structures with their people, and the delegate."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from procurement.accounts.models import User
from procurement.core.db import db
from procurement.core.events import Event
from procurement.core.policy import Actor, MembershipRole
from procurement.deadlines.models import DeadlineKind
from procurement.deadlines.queries import deadlines_of
from procurement.members.models import Member
from procurement.tenders.models import ServiceNature, Tender
from tests.factories import actor_of, make_delegate, make_manager, make_member, make_tender, make_user


@dataclass
class Scene:
    """Who and what most tests need."""

    tender: Tender
    first: Member
    second: Member
    first_user: User
    second_user: User
    delegate_user: User
    first_manager: Actor = field(init=False)
    second_manager: Actor = field(init=False)
    delegate: Actor = field(init=False)
    contributor: Actor = field(init=False)
    stranger: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.first_manager = actor_of(self.first_user)
        self.second_manager = actor_of(self.second_user)
        self.delegate = actor_of(self.delegate_user)
        self.contributor = actor_of(make_user(memberships={self.first: MembershipRole.CONTRIBUTOR}))
        self.stranger = actor_of(make_manager())

    @property
    def lot(self):
        return self.tender.lots[0]


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene()


def make_scene() -> Scene:
    tender = make_tender(lots=2, sites=3, service_nature=ServiceNature.LABOUR_SUPPLY)
    first, second = make_member(name="AI de Caen"), make_member(name="AI de Lisieux")
    return Scene(tender, first, second, make_manager(first), make_manager(second), make_delegate())


def verbs_of(subject: object) -> list[str]:
    """The verbs recorded on a row, oldest first."""
    return [event.verb for event in events_of(subject)]


def events_of(subject: object) -> list[Event]:
    return list(
        db.session.scalars(
            select(Event)
            .where(Event.subject_type == subject.__tablename__, Event.subject_id == subject.id)
            .order_by(Event.rank)
            .options(selectinload(Event.detail))
        )
    )


def due(scene: Scene, kind: DeadlineKind) -> datetime:
    """When that is due for the scene's tender."""
    return next(d.due_at for d in deadlines_of("tender", [scene.tender.id]) if d.kind is kind)
