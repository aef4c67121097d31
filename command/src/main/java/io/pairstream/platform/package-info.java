/**
 * The one-machine platform: a broker with a schema registry, and services, as supervised child
 * processes on loopback, in one data directory. It knows nothing of topics, recipes or commands; it
 * starts processes, keeps them running, and stops them in order.
 */
package io.pairstream.platform;
