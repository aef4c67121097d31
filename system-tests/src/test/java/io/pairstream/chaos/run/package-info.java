/**
 * The gate: which fault strikes when, and the verdict. Knows nothing of how processes are started
 * or how outputs are verified.
 */
package io.pairstream.chaos.run;
