package io.pairstream.schemas;

/** How a pair was obtained: values of {@code source_kind}. */
public enum SourceKind {
  CROWDSOURCED,
  SCRAPED,
  IMPORTED,
  SYNTHETIC,
  /** The caption is a model's. */
  GENERATED
}
