package io.pairstream.ingest.fetch.queue;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;

/**
 * A link that can be fetched.
 *
 * @param host of its URL, see {@link io.pairstream.schemas.LinkHost}
 */
record ReadableLink(TriedLink tried, PairLink link, String host) {

  String id() {
    return PairIdentity.linkId(link.getUrl(), link.getCaption());
  }
}
