package io.pairstream.schemas;

/** How a pair was obtained; stands in {@code source_kind}. */
public enum SourceKind {
  CROWDSOURCED,
  SCRAPED,
  IMPORTED,
  SYNTHETIC
}
