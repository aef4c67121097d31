/**
 * Records as bytes: the Confluent wire format, the registry behind it, the limits on decoding, how
 * what goes wrong there is told, and the admin clients of all who ask Kafka.
 */
package io.pairstream.schemas.wire;
