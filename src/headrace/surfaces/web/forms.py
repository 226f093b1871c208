"""Forms: what a page can send, and which operation it becomes. Every one works without a script."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlencode

from headrace.kernel.access import NotSignedIn
from headrace.kernel.confirmation import ConfirmationNeeded
from headrace.kernel.errors import HeadraceError, Invalid, NotAllowed
from headrace.kernel.failures import failure
from headrace.surfaces.web.answers import Batch, Comment, Views
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.pages import operations, page_at
from headrace.surfaces.web.pages.page import Page
from headrace.surfaces.web.toasts import after
from headrace.surfaces.web.visitors import Visitor, own_address


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A checked form of ours: who sent it, where to, and its fields."""

    client: Client
    visitor: Visitor
    path: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A page to be shown as the answer to a form, with the HTTP status that it has."""

    page: Page
    context: object
    status: int = HTTPStatus.OK


Act = Callable[[Sent], str | Filled]
"""Does what the form asks for; gives the address to go on at, or a page."""


def decide(sent: Sent) -> str:
    """A decision: bound to the hash that the page showed. The queue goes on with the next."""
    _needs_person(sent)
    item, choice, note = sent.path["item"], sent.form.get("decision"), sent.form.get("note", "")
    seen = sent.form.get("hash")
    if not seen:
        raise Invalid("The form does not say what you looked at; load the page again")
    if item.startswith("Q-"):
        sent.client.do("question.answer", question=item, answer=choice, note=note, hash=seen)
    else:
        sent.client.do("gate.decide", gate=item, decision=choice, note=note, hash=seen)
    return after("/", "decided", item)


def decide_batch(sent: Sent) -> str:
    """One decision on several gates that are alike. A gate stands for one hash, so it binds itself."""
    _needs_person(sent)
    gates = [one for one in sent.form.get("gate", "").splitlines() if one]
    if not gates:
        raise Invalid("Nothing is picked; mark the approvals that you mean first")
    answer = sent.client.do(
        "gate.batch",
        gates=gates,
        decision=sent.form.get("decision"),
        note=sent.form.get("note", ""),
    )
    refused = [one for one in sent.client.read(Batch, answer).items if one.refused]
    if refused:
        told = "; ".join(f"{one.gate}: {one.refused}" for one in refused)
        raise Invalid(f"Some were not decided. {told}")
    return after("/", "decided", ", ".join(gates))


def delegate(sent: Sent) -> str:
    """A gate to somebody else."""
    _needs_person(sent)
    item = sent.path["item"]
    to = sent.form.get("to", "").strip()
    sent.client.do("gate.delegate", gate=item, to=to if to.startswith("@") else f"@{to}")
    return after("/", "delegated", item)


def operate(sent: Sent) -> Filled:
    """An operation from its form: rehearsed and confirmed first where it does more than read. What is
    refused is shown above the form, with all that was written."""
    page, name = page_at("/do/{operation}"), sent.path["operation"]
    try:
        return Filled(page=page, context=operations.perform(sent.client, name, sent.form))
    except (NotSignedIn, ConfirmationNeeded):
        raise
    except HeadraceError as fault:
        told = failure(fault)
        context = operations.refused(sent.client, name, sent.form, told)
        return Filled(page=page, context=context, status=told.family.status)


def comment(sent: Sent) -> str:
    """What somebody says of a version, for people to read."""
    _needs_person(sent)
    artifact, version = sent.form.get("artifact", ""), sent.form.get("version", "")
    answer = sent.client.do(
        "comment.add",
        artifact=artifact,
        version=int(version) if version.isascii() and version.isdigit() else None,
        text=sent.form.get("text", ""),
    )
    said = sent.client.read(Comment, answer).comment
    place = urlencode({"version": version, "tab": "comments", "said": said})
    return f"/artifacts/{quote(artifact)}?{place}"


def withdraw_comment(sent: Sent) -> str:
    """One's own comment, taken back."""
    _needs_person(sent)
    sent.client.do("comment.withdraw", comment=sent.path["comment"])
    return f"/artifacts/{quote(sent.form.get('artifact', ''))}?tab=comments"


def keep_view(sent: Sent) -> str:
    """A list as it is, under a name."""
    _needs_person(sent)
    address = own_address(sent.form.get("address", ""))
    name = sent.form.get("name", "").strip()
    known = any(one.name == name for one in sent.client.ask(Views, "view.list").items)
    sent.client.do("view.save", name=name, address=address)
    return after(address, "replaced" if known else "kept", name)


def remove_view(sent: Sent) -> str:
    """A view that is kept no longer."""
    _needs_person(sent)
    name, address = sent.form.get("name", ""), own_address(sent.form.get("address", "/"))
    kept = sent.client.ask(Views, "view.list").items
    sent.client.do("view.remove", name=name)
    was = next((one.address for one in kept if one.name == name), "")
    return after(address, "removed", name, was)


FORMS: Mapping[str, Act] = {
    "/inbox/{item}/decision": decide,
    "/inbox/{item}/delegation": delegate,
    "/inbox/decisions": decide_batch,
    "/comments": comment,
    "/comments/{comment}/withdrawal": withdraw_comment,
    "/views": keep_view,
    "/views/removal": remove_view,
    "/do/{operation}": operate,
}
"""What may be sent, by address."""


def _needs_person(sent: Sent) -> None:
    if sent.visitor.person is None:
        raise NotAllowed("Say first who you are, at /who; the operator decides nothing")
