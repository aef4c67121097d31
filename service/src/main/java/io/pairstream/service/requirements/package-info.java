/**
 * Whether a cluster is set so that it can keep what Pairstream promises. Brokers, topics and the
 * registry are asked in one place and judged by pure functions over their answers.
 */
package io.pairstream.service.requirements;
