/**
 * Records as bytes: the Confluent wire format, the registry behind it, and the limits on decoding.
 */
package io.pairstream.schemas.wire;
