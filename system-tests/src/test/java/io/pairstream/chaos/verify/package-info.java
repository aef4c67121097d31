/**
 * The accounts of a run: what was acknowledged against what every topic holds, read afresh and
 * while the platform was being hurt. Shares no code with the topology, and only the reading of
 * records with the product's own audit.
 */
package io.pairstream.chaos.verify;
