/**
 * Service for operators and producers of a running cluster. Everything here reads topics and asks
 * the broker; nothing knows the topology's code.
 */
package io.pairstream.operate;
