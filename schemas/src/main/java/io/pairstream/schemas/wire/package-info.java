/**
 * Topics with their records as bytes: the Confluent wire format, the registry behind it, the limits
 * on decoding, how errors there are reported, the admin clients of all who ask Kafka, and how long
 * it is waited for.
 */
package io.pairstream.schemas.wire;
