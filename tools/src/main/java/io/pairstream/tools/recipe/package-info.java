/**
 * What another recipe would make of the pairs that a data set has judged. Writes nothing, and knows
 * neither copies nor takedowns: what they decided stays decided.
 */
package io.pairstream.tools.recipe;
