"""Getting what a person's link leads to, without becoming that person's way into our own network.

`fetch` returns the bytes, `link_answers` only whether there is something; both end in a FetchError that says in words
what went wrong and how to mend it.

addresses    which addresses may be connected to
failures     what can go wrong, in words
wire         one request on one connection: pinned address, total deadline, limits
fetching     the way from a link through its redirects to an answer
"""

from jalon.connectors.web_fetch.addresses import Network, network_of_settings
from jalon.connectors.web_fetch.failures import Failure, FetchError
from jalon.connectors.web_fetch.fetching import Fetched, LinkAnswer, fetch, link_answers
from jalon.connectors.web_fetch.wire import Limits

__all__ = [
    "Failure",
    "FetchError",
    "Fetched",
    "Limits",
    "LinkAnswer",
    "Network",
    "fetch",
    "link_answers",
    "network_of_settings",
]
