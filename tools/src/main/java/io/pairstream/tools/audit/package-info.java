/**
 * The accounting rule, checked on a live cluster: every raw record left by exactly one output, and
 * of every link exactly one thing became. Reads records alone and shares no code with the topology
 * and the fetchers that it checks.
 */
package io.pairstream.tools.audit;
