/**
 * The ingest API: how pairs get onto the raw topics. Nothing here decodes a pixel; an image's
 * header is read at most.
 */
package io.pairstream.ingest;
