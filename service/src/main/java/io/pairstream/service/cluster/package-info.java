/** A Kafka cluster with its schema registry, and bounded reading of what is committed there. */
package io.pairstream.service.cluster;
