"""Reddit, asked by PRAW itself, and Arctic Shift."""

from __future__ import annotations

from datetime import timedelta

import praw
import prawcore
import pytest

from tests.integration.replay.conftest import NOON, Asker
from tests.unit.replay.recorded import START

SEARCH = "/arctic-shift/api/posts/search"


def reddit(asker: Asker, secret: str = "secret") -> praw.Reddit:
    return praw.Reddit(
        client_id="client",
        client_secret=secret,
        user_agent="cryptocast tests by /u/nobody",
        reddit_url=f"{asker.server.url}/reddit",
        oauth_url=f"{asker.server.url}/reddit/",
        check_for_updates=False,
        username=None,
        password=None,
    )


def test_praw_reads_the_newest_posts(recorded: Asker) -> None:
    client = reddit(recorded)
    assert client.read_only
    posts = list(client.subreddit("CryptoCurrency").new(limit=100))
    assert len(posts) == 100
    stamps = [post.created_utc for post in posts]
    assert stamps == sorted(stamps, reverse=True)
    assert NOON.timestamp() - 24 * 60 < stamps[0] <= NOON.timestamp()
    newest = posts[0]
    assert newest.title.startswith("Post ") and newest.selftext.startswith("Text ")
    assert newest.subreddit.display_name == "CryptoCurrency"
    assert (newest.score, newest.num_comments) == (1, 0), "what the crawl counted later is never served"
    assert newest.permalink.startswith("/r/CryptoCurrency/comments/")
    assert (client.auth.limits["used"], client.auth.limits["remaining"]) == (1, 999)


def test_praw_walks_a_listing_to_its_end(simulated: Asker) -> None:
    posts = list(reddit(simulated).subreddit("cryptocurrency").new(limit=None))
    assert len(posts) == 1_000, "Reddit's listings end there"
    assert len({post.id for post in posts}) == 1_000


def test_praw_reads_several_subreddits_at_once(recorded: Asker) -> None:
    posts = list(reddit(recorded).subreddit("CryptoCurrency+Bitcoin").new(limit=20))
    assert {post.subreddit.display_name for post in posts} == {"CryptoCurrency", "Bitcoin"}


def test_deleted_posts_become_shells(recorded: Asker) -> None:
    client = reddit(recorded)
    gone, kept = list(client.subreddit("Bitcoin").new(limit=2))
    recorded.http.post("/_deleted", json={"ids": [f"t3_{gone.id}"]}).raise_for_status()
    assert gone.id not in [post.id for post in client.subreddit("Bitcoin").new(limit=100)]
    told = {post.id: post for post in client.info(fullnames=[f"t3_{gone.id}", f"t3_{kept.id}", "t3_absent"])}
    assert set(told) == {gone.id, kept.id}
    assert told[gone.id].author is None and told[gone.id].selftext == "[deleted]"
    assert told[gone.id].removed_by_category == "deleted"
    assert told[kept.id].author is not None and told[kept.id].selftext == kept.selftext


def test_a_simulated_author_deletes_a_post_in_time(simulated: Asker) -> None:
    world = simulated.server.replay.world
    now_s = simulated.server.clock.now_s()
    posts = world.documents("CryptoCurrency", now_s - 86_400, now_s)
    post = next(p for p in posts if p.deleted_s and p.deleted_s > now_s and p.visible_s < now_s)
    client = reddit(simulated)
    before = next(iter(client.info(fullnames=[f"t3_{post.external_id}"])))
    simulated.at(simulated.server.clock.now() + timedelta(days=3))
    after = next(iter(client.info(fullnames=[f"t3_{post.external_id}"])))
    assert before.selftext == post.body and after.selftext == "[deleted]"


def test_wrong_credentials_and_unknown_subreddits(recorded: Asker) -> None:
    with pytest.raises(prawcore.exceptions.ResponseException) as refused:
        list(reddit(recorded, secret="wrong").subreddit("Bitcoin").new(limit=1))
    assert refused.value.response.status_code == 401
    with pytest.raises(prawcore.exceptions.Redirect):
        list(reddit(recorded).subreddit("nobody_is_here").new(limit=1))
    assert recorded.get("/reddit/r/Bitcoin/new").status_code == 401, "no token"
    assert recorded.http.post("/reddit/api/v1/access_token", auth=("a", "b"), data={}).json()["error"]


def test_the_limit_is_counted_in_the_time_of_the_clock(recorded: Asker) -> None:
    recorded.server.replay.reddit_limit = 2
    client = reddit(recorded)
    client.subreddit("Bitcoin").new(limit=1).__next__()
    token = client._core._authorizer.access_token
    headers = {"authorization": f"bearer {token}"}
    path = "/reddit/r/Bitcoin/new"
    last = recorded.http.get(path, headers=headers)
    assert last.headers["x-ratelimit-remaining"] == "0.0"
    assert 0 < int(last.headers["x-ratelimit-reset"]) <= 300
    assert recorded.http.get(path, headers=headers).status_code == 429
    recorded.at(NOON + timedelta(minutes=10))
    assert recorded.http.get(path, headers=headers).status_code == 200


def test_arctic_shift_walks_forward_over_the_past(recorded: Asker) -> None:
    found, after = [], int(START.timestamp()) - 1
    for _ in range(10):
        params = {
            "subreddit": "Bitcoin",
            "after": after,
            "before": int(NOON.timestamp()),
            "limit": 40,
            "sort": "asc",
        }
        page = recorded.json(SEARCH, **params)["data"]
        if not page:
            break
        found += page
        after = int(page[-1]["created_utc"])
    ids = [post["id"] for post in found]
    assert len(ids) == len(set(ids)) == 164
    assert [post["created_utc"] for post in found] == sorted(post["created_utc"] for post in found)
    assert {(post["score"], post["num_comments"]) for post in found} == {(1, 0)}
    newest = recorded.json(SEARCH, subreddit="bitcoin", limit=3)["data"]
    assert [post["id"] for post in newest] == ids[::-1][:3]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"subreddit": "Bitcoin", "limit": 101},
        {"subreddit": "Bitcoin", "after": "x"},
        {"subreddit": "Bitcoin", "query": "x"},
    ],
)
def test_arctic_shift_says_what_is_wrong(recorded: Asker, params: dict[str, object]) -> None:
    told = recorded.json(SEARCH, 400, **params)
    assert told["data"] is None and told["error"]
