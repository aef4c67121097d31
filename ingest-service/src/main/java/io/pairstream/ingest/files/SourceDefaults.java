package io.pairstream.ingest.files;

import io.pairstream.schemas.SourceKind;

/**
 * What holds for every pair of a source that does not say otherwise itself.
 *
 * @param sourceKind how the pairs were obtained; a source cannot say otherwise
 * @param contributor who contributed them; empty where unknown
 * @param licence their licence; empty where unknown
 */
public record SourceDefaults(SourceKind sourceKind, String contributor, String licence) {}
