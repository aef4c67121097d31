/**
 * One run of the harness from its start to its report: which fault when, what was seen meanwhile,
 * and the verdict. Knows nothing of how a fault is done or how the accounts are kept.
 */
package io.pairstream.chaos.run;
