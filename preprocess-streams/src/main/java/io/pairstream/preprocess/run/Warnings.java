package io.pairstream.preprocess.run;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Of one who looks at open transactions: what is not allowed now is not the next time either. */
final class Warnings {

  private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

  private String last = "";

  /** Says it, unless it is what was said last. */
  void once(String trouble) {
    if (!trouble.equals(last)) {
      last = trouble;
      LOG.warn("{}", trouble);
    }
  }
}
