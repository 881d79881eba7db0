"""us0, us, up, sml, ug, uq: who is there, and how much room do they have?"""

import secrets
from typing import Any

from tests.emulators.mega.codec import b64, unb64
from tests.emulators.mega.commands import Call, command
from tests.emulators.mega.errors import Code, RefusedError, RequestRefusedError
from tests.emulators.mega.identity import Identity

CHALLENGE_BYTES = 32


@command("us0")
def prelogin(call: Call) -> Any:
    """Which kind of account is this, and its salt."""
    account = call.world.accounts.get(call.get("user").lower())
    if account is None:
        return {"v": 2, "s": b64(secrets.token_bytes(16))} if call.world.assume.unknown_user_has_salt else {"v": 1}
    if account.identity.version == 1:
        return {"v": 1}
    return {"v": 2, "s": b64(account.identity.salt)}


@command("us")
def login(call: Call) -> Any:
    """Opens a session for whoever knows the password (and the second factor)."""
    account = _find(call, call.get("user"))
    if account is None:
        raise RefusedError(Code.ENOENT)
    identity = account.identity
    if identity.version == 0:
        session = call.world.login(identity)
        return {"tsid": session.sealed, "k": identity.sealed_master_key, "u": identity.handle}
    if not identity.accepts(call.get("uh")):
        raise RefusedError(Code.ENOENT)
    if identity.blocked:
        raise RefusedError(Code.EBLOCKED)
    if identity.two_factors:
        if "mfa" not in call.request:
            raise RefusedError(Code.EMFAREQUIRED)
        if not identity.accepts_code(call.request["mfa"], call.world.now()):
            raise RefusedError(call.world.assume.wrong_mfa)
    session = call.world.login(identity)
    answer = {
        "csid": session.sealed,
        "privk": identity.sealed_private_key,
        "k": identity.sealed_master_key,
        "u": identity.handle,
        "ach": 0,
    }
    return answer | ({"sek": b64(secrets.token_bytes(16))} if "sek" in call.request else {})


@command("up")
def new_anonymous(call: Call) -> Any:
    """Makes an anonymous account, or takes attributes of one's own (which nothing here depends on)."""
    if call.visitor is not None:
        return call.account.identity.handle
    challenge = unb64(call.get("ts"))
    if len(challenge) != CHALLENGE_BYTES:
        raise RefusedError(Code.EARGS)
    identity = Identity.anonymous(call.get("k"), challenge)
    call.world.adopt(identity)
    return identity.handle


@command("sml")
def logout(call: Call) -> Any:
    """Ends this session."""
    if call.visitor is None:
        raise RequestRefusedError(Code.ESID)
    del call.world.sessions[call.sid]
    return 0


@command("ug")
def user(call: Call) -> Any:
    """Who am I?"""
    identity = call.account.identity
    return {
        "u": identity.handle,
        "s": 1,
        "email": identity.email,
        "name": identity.email.partition("@")[0],
        "k": identity.sealed_master_key,
        "c": 1,
        "pubk": b64(identity.rsa.public),
        "privk": identity.sealed_private_key if identity.version else "",
        "ts": b64(identity.challenge or bytes(CHALLENGE_BYTES)),
        "since": call.account.tree.root.created,
    }


@command("uq")
def quota(call: Call) -> Any:
    """How much is stored, and how much may be?"""
    account, limits = call.account, call.world.limits
    left = limits.transfer_quota
    answer: dict[str, Any] = {
        "mstrg": account.quota,
        "cstrg": account.tree.used(),
        "cstrgn": {top.handle: account.tree.totals(top.handle) for top in _tops(call)},
        "utype": 0,
        "mxfer": 10 * account.quota if left is None else left,
        "caxfer": 0,
        "csxfer": 0,
        "srvratio": 0,
        "tah": [],
        "bt": limits.transfer_wait,
        "rtt": 1,
        "balance": [],
    }
    return answer


def _find(call: Call, user: str) -> Any:
    account = call.world.accounts.get(user.lower())
    if account is not None:
        return account
    return next((a for a in call.world.accounts.values() if a.identity.handle == user), None)


def _tops(call: Call) -> tuple[Any, ...]:
    tree = call.account.tree
    return tree.root, tree.inbox, tree.trash
