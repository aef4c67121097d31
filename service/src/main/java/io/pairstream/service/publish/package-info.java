/**
 * Records onto a topic, each acknowledged once it is in Kafka. Knows the topic and the sizes that
 * it takes, and nothing of what the records say.
 */
package io.pairstream.service.publish;
