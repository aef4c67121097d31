/**
 * Checks that a cluster's settings allow Pairstream's guarantees. Brokers, topics and the registry
 * are asked in one place and judged by pure functions over their answers.
 */
package io.pairstream.service.requirements;
