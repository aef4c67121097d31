/**
 * The pure steps that turn a submitted pair into numbers, and the plan that orders them. Nothing
 * here knows where a pair comes from or where it goes: no Kafka, no Avro, no native code.
 */
package io.pairstream.cleaning;
