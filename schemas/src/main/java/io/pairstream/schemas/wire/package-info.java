/**
 * Records as bytes: the Confluent wire format, the registry behind it, the limits on decoding, how
 * what goes wrong there is told, the admin clients of all who ask Kafka, and how long it is waited
 * for.
 */
package io.pairstream.schemas.wire;
