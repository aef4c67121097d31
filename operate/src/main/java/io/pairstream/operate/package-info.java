/**
 * What operators and producers ask of a running cluster. Everything here reads topics and asks the
 * broker; none of it knows the topology's code.
 */
package io.pairstream.operate;
