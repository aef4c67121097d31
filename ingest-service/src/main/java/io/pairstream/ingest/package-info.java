/** The front doors: how pairs get onto the raw topics. Nothing here looks into an image. */
package io.pairstream.ingest;
