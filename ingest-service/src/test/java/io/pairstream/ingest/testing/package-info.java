/** A real broker for tests, in this JVM. */
package io.pairstream.ingest.testing;
