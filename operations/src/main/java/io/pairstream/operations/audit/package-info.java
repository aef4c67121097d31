/**
 * The accounting rule, checked on a live cluster: every raw record left by exactly one door. Reads
 * records alone and shares no code with the topology that it checks.
 */
package io.pairstream.operations.audit;
