/**
 * The child process itself: its two main classes, its side of the protocol, and the filter of its
 * system calls. Started by {@link io.pairstream.image.sandbox.Confinement} and by nothing else.
 */
package io.pairstream.image.worker.process;
