/**
 * What is done to a cluster, and undone: one class for each fault, which says what it does and what
 * Pairstream promises under it. It knows nothing of the load, nor of how a run is judged.
 */
package io.pairstream.chaos.faults;
