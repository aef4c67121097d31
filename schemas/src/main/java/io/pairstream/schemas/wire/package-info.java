/**
 * Records as bytes: the Confluent wire format, the registry behind it, the limits on decoding, and
 * how what goes wrong there is told.
 */
package io.pairstream.schemas.wire;
