"""Reddit through PRAW: new posts of some subreddits, and which known ones were deleted."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from cryptocast.collect.parsing import refused
from cryptocast.collect.posts import SOURCE, is_gone, post, without_text
from cryptocast.collect.source import Collected, Memory
from cryptocast.domain import CycleWindow, Document, DocumentKind
from cryptocast.errors import InvalidRecord, SourceUnavailable

if TYPE_CHECKING:
    import praw

NO_CREDENTIALS = "reddit: no credentials"
_PER_PAGE = 100
_MOST_PAGES = 10
"""Reddit's listings end near 1,000 items."""
_TIMEOUT_S = 10
_MAX_BYTES = 8_000_000
"""A page of 100 long posts is some 2 MB; more than this is not one."""
_TOTAL_S = 30.0
_LONGEST_WAIT_S = 15
"""PRAW spreads its calls with waits of up to 10 s; a longer one means that the limit is used up."""
_SLACK = timedelta(hours=1)
"""How far before the window a listing is read: posts appear late when moderators release them."""


def connect(client_id: str, client_secret: str, user_agent: str, base_url: str | None = None) -> praw.Reddit:
    """A read-only PRAW client. Nothing is sent yet. `base_url` stands in for both of Reddit's hosts."""
    import praw

    return praw.Reddit(
        client_id=client_id,
        client_secret=client_secret,
        user_agent=user_agent,
        reddit_url=base_url or "https://www.reddit.com",
        oauth_url=f"{base_url}/" if base_url else "https://oauth.reddit.com",
        timeout=_TIMEOUT_S,
        check_for_updates=False,
        check_for_async=False,
        username=None,
        password=None,
        refresh_token=None,
        requestor_kwargs={"session": _bounded_session(trust_env=base_url is None)},
    )


class RedditPosts:
    """A `DocumentSource` over the newest posts of `subreddits`."""

    name = SOURCE
    kind = DocumentKind.POST

    def __init__(
        self,
        client: praw.Reddit,
        subreddits: Sequence[str],
        embargo_s: int,
        longest_ago: timedelta = timedelta(hours=48),
    ) -> None:
        self._client = client
        self._subreddits = subreddits
        self._embargo_s = embargo_s
        self._longest_ago = longest_ago

    def documents(self, window: CycleWindow, memory: Memory) -> Collected[Document]:
        """Posts that are not known yet, back to a page with known ones and an hour before the window.

        Posts older than `longest_ago`, whose text may not be kept any more, are left out.
        A subreddit that is closed, or whose listing ends before that, is named as missing.

        Raises: `SourceUnavailable`.
        """
        collected: Collected[Document] = Collected()
        for subreddit in self._subreddits:
            collected.add(self._new_posts(subreddit, window, memory))
        return collected

    def gone_among(self, external_ids: Sequence[str]) -> set[str]:
        """Which of these posts were deleted or removed since. Raises: `SourceUnavailable`.

        A post that is left out of an answer with others in it counts as gone.
        """
        gone: set[str] = set()
        for start in range(0, len(external_ids), _PER_PAGE):
            batch = external_ids[start : start + _PER_PAGE]
            names = [f"t3_{external_id}" for external_id in batch]
            items = self._ask(partial(self._client.info, fullnames=names))
            found = {str(item.get("id")): item for item in items}
            gone |= {i for i in batch if i in found and is_gone(found[i])}
            if found:
                gone |= set(batch) - set(found)
        return gone

    def _new_posts(self, subreddit: str, window: CycleWindow, memory: Memory) -> Collected[Document]:
        from prawcore.exceptions import Forbidden, NotFound, Redirect

        collected: Collected[Document] = Collected()
        kept_since = window.now - self._longest_ago
        after: str | None = None
        oldest = window.now
        for _ in range(_MOST_PAGES):
            try:
                page = self._page(subreddit, after)
            except (Forbidden, NotFound, Redirect) as error:
                collected.missing.append(f"{SOURCE}: r/{subreddit} is closed ({type(error).__name__})")
                break
            read = self._read(page, window)
            known = memory.known(document.external_id for document in read.records)
            oldest = min((d.published_at for d in read.records), default=oldest)
            collected.rejected += read.rejected
            new = [d for d in read.records if d.external_id not in known and d.published_at >= kept_since]
            collected.records += new
            collected.left_out += len(read.records) - len(new)
            # Age alone ends nothing: the cycles before this one may have got no answer.
            met = bool(known) and (len(known) == len(read.records) or oldest < window.since - _SLACK)
            if len(page) < _PER_PAGE or met or oldest < kept_since:
                break
            after = f"t3_{page[-1].get('id')}"
        else:
            collected.missing.append(f"{SOURCE}: r/{subreddit} shows nothing before {oldest:%Y-%m-%d %H:%M}")
        return collected

    def _page(self, subreddit: str, after: str | None) -> list[Mapping[str, Any]]:
        params: dict[str, str | int] = {"after": after} if after else {}
        return self._ask(
            lambda: self._client.subreddit(subreddit).new(limit=_PER_PAGE, params=params), closed_raises=True
        )

    def _read(self, page: Iterable[Mapping[str, Any]], window: CycleWindow) -> Collected[Document]:
        read: Collected[Document] = Collected()
        for submission in page:
            if is_gone(submission):
                continue
            try:
                document = post(submission, window, self._embargo_s)
            except InvalidRecord as error:
                read.rejected.append(refused("documents", SOURCE, str(error), without_text(submission)))
            else:
                read.records.append(document)
        return read

    def _ask(self, request: Any, closed_raises: bool = False) -> list[Mapping[str, Any]]:
        """The submissions of one listing as plain mappings.

        PRAW waits out an exhausted rate limit by sleeping up to ten minutes; a function cannot, so
        that ends here. Attributes are read without PRAW's lazy loading, which asks once per post.
        """
        from prawcore.exceptions import Forbidden, NotFound, Redirect

        core = self._client._core
        waits_until = core.rate_limiter.next_request_timestamp_ns if core is not None else None
        if waits_until is not None and waits_until - time.monotonic_ns() > _LONGEST_WAIT_S * 1e9:
            raise SourceUnavailable(SOURCE, "its rate limit is used up")
        try:
            return [{k: v for k, v in vars(item).items() if k[0] != "_"} for item in request()]
        except (Forbidden, NotFound, Redirect) as error:
            if closed_raises:
                raise
            raise SourceUnavailable(
                SOURCE, type(error).__name__, refused=isinstance(error, Forbidden)
            ) from None
        except SourceUnavailable:
            raise
        except Exception as error:  # PRAW raises what it meets: its own, requests', ValueError, KeyError
            raise SourceUnavailable(SOURCE, _reason(error), refused=_status(error) in (401, 403)) from None


def _reason(error: Exception) -> str:
    """What went wrong, without the URL and the credentials that PRAW's messages may hold."""
    original = getattr(error, "original_exception", None)
    if original is not None:
        return str(original) if isinstance(original, SourceUnavailable) else type(original).__name__
    status = _status(error)
    return f"{type(error).__name__} (HTTP {status})" if status else type(error).__name__


def _status(error: Exception) -> int | None:
    status: int | None = getattr(getattr(error, "response", None), "status_code", None)
    return status


def _bounded_session(trust_env: bool) -> Any:
    """A requests session that follows no redirect and reads no answer beyond a size and a time."""
    import requests

    class BoundedSession(requests.Session):
        def request(self, *args: Any, **kwargs: Any) -> requests.Response:
            deadline = time.monotonic() + _TOTAL_S
            response = super().request(*args, **{**kwargs, "stream": True, "allow_redirects": False})
            body = bytearray()
            # read1 hands over what is there; iter_content would wait to fill its chunk.
            while piece := response.raw.read1(64_000, decode_content=True):
                body += piece
                if len(body) > _MAX_BYTES or time.monotonic() > deadline:
                    response.close()
                    raise SourceUnavailable(SOURCE, "answers too much or too slowly")
            response._content = bytes(body)
            return response

    session = BoundedSession()
    session.trust_env = trust_env
    return session
