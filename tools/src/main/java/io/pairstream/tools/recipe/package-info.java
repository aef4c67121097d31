/**
 * Comparison of another recipe's verdicts with those that a data set has. Writes nothing, and knows
 * neither copies nor takedowns: what they decided stays decided.
 */
package io.pairstream.tools.recipe;
