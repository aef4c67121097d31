/**
 * Conditions on pairs and on models' answers, and the limits that a recipe makes of them. What they
 * hold for is decided here alone; SQL and Python share a table of cases with these classes.
 */
package io.pairstream.schemas.condition;
