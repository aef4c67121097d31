/** Models behind APIs of others. */
package io.pairstream.answers.api;
