/**
 * Looks at the groups of a cluster: where they are, where logs begin and end, what is at the head,
 * what was known before a restart; and the judgement on each group, in sentences.
 */
package io.pairstream.operate.lag.watch;
