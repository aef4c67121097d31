/**
 * The judgement on a group's progress on one partition, look by look. Knows no cluster: the same
 * looks give the same verdicts.
 */
package io.pairstream.operate.lag.judge;
