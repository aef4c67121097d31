/**
 * A recipe tried on local files before it meets a topic: the same plan, the same workers, no Kafka.
 */
package io.pairstream.trial;
