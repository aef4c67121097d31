package io.pairstream.ingest.fetch.web;

/** Where an answer leads on to. */
sealed interface Redirect {

  /** Nowhere: it is no redirect. */
  record None() implements Redirect {}

  /** To another address. */
  record To(WebAddress address) implements Redirect {}

  /** To what cannot be followed, and why. */
  record Unusable(String detail) implements Redirect {}

  static Redirect of(WebAddress at, Head head) {
    switch (head.status()) {
      case 301, 302, 303, 307, 308 -> {
        String location = head.firstInUtf8("Location");
        if (location.isBlank()) {
          return new Unusable("it does not say where to");
        }
        try {
          WebAddress next = at.resolve(location);
          if (at.secure() && !next.secure()) {
            return new Unusable("it leads from https to http");
          }
          return new To(next);
        } catch (UnusableAddressException e) {
          return new Unusable(e.getMessage());
        }
      }
      default -> {
        return new None();
      }
    }
  }
}
